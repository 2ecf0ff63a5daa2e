#!/bin/bash
# Applies the *.cypher files of the schema, ordered by name.
set -euo pipefail

apply() {
  local file statement
  for file in "$DIRECTORY"/*.cypher; do
    while IFS= read -r statement; do
      [[ -z $statement || $statement == //* ]] || "$ASK" query "${statement%;}" >/dev/null || return 1
    done <"$file"
  done
}

applied() {
  "$ASK" query "$APPLIED" | jq -e '.data.values[0][0]' >/dev/null
}

for ((seconds = 0; seconds < 540; seconds += 2)); do
  if writes; then
    apply && applied && exit 0
  elif reads && applied; then
    exit 0
  fi
  sleep 2
done
echo "the schema is not applied after $seconds s" >&2
exit 1
