#!/usr/bin/env bash
# Usage: preview.sh STACK FILE [OPTION…]: previews a stack under the policies, shows it, and writes it into a file.
# Pulumi prints secrets as [secret].
set -euo pipefail
stack=$1 file=$2
shift 2
pulumi preview --stack "$stack" --non-interactive --color never --policy-pack policy "$@" 2>&1 | tee "$file"
