#!/usr/bin/env bash
# Usage: comment.sh STACK FILE: makes the preview in a file a comment on pull request $NUMBER of $REPOSITORY, or puts it into
# the comment that an earlier run has made. Needs $GH_TOKEN.
set -euo pipefail
stack=$1 file=$2
mark="<!-- preview of stack $stack -->"
text="no preview was made: the log of the workflow says why"
[ ! -s "$file" ] || text=$(head -c 60000 "$file") # GitHub takes 65,536 characters
body=$(printf '%s\n### Preview of `%s`\n\n<details><summary>What would change</summary>\n\n````text\n%s\n````\n\n</details>\n' \
  "$mark" "$stack" "$text")
comments="repos/$REPOSITORY/issues/$NUMBER/comments"
earlier=$(gh api "$comments" --paginate --jq ".[] | select(.body | startswith(\"$mark\")) | .id")
earlier=${earlier%%$'\n'*}
if [ -n "$earlier" ]; then
  gh api --method PATCH "repos/$REPOSITORY/issues/comments/$earlier" --raw-field body="$body" --silent
else
  gh api --method POST "$comments" --raw-field body="$body" --silent
fi
