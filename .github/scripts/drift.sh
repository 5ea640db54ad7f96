#!/usr/bin/env bash
# Usage: drift.sh STACK: compares a stack with the cloud and with its program. If they differ, it opens an issue or adds to the
# open one; if they agree, it closes it. Fails only if the comparison does. Needs $GH_TOKEN, $GH_REPO and $RUN, the page of
# this run.
set -euo pipefail
stack=$1
title="Stack $stack differs from its program"
began=$(date --utc +%Y-%m-%dT%H:%M:%SZ)

code=0
"$(dirname "$0")/preview.sh" "$stack" drift.txt --refresh --expect-no-changes --diff || code=$?

# A preview takes no lock. One beside an update sees half of it.
busy=$(gh run list --workflow up.yaml --limit 20 --json status,updatedAt \
  --jq "[.[] | select((.status == \"in_progress\") or (.status == \"completed\" and .updatedAt >= \"$began\"))] | length")
if [ "$busy" != 0 ]; then
  echo "::notice::Stack $stack is being brought up or just was: nothing is said about drift this time."
  exit 0
fi

if [ "$code" != 0 ] && ! grep --quiet 'no changes were expected' drift.txt; then
  echo "::error::Stack $stack could not be compared, see above."
  exit "$code"
fi

issue=$(gh issue list --state open --search "in:title \"$title\"" --json number,title \
  --jq "[.[] | select(.title == \"$title\") | .number][0] // empty")
if [ "$code" = 0 ]; then
  [ -z "$issue" ] || gh issue close "$issue" --comment "Nothing differs any more: $RUN"
  exit 0
fi
body=$(printf 'Found by %s. `pulumi up --refresh --stack %s` puts it right; or change the program.\n\n````text\n%s\n````\n' \
  "$RUN" "$stack" "$(head -c 60000 drift.txt)")
if [ -n "$issue" ]; then
  gh issue comment "$issue" --body "$body"
else
  gh issue create --title "$title" --body "$body"
fi
