#!/bin/bash
# Corrects the addresses of members that moved in Sentinel's state, which keeps its identity and epochs. Runs before each
# start of Sentinel.
set -euo pipefail

new=$(mktemp "$SENTINEL_STATE.XXXXXX")
trap 'rm -f "$new"' EXIT
cp "$SENTINEL_STATE" "$new"
for address in $(moved_addresses); do
  sed -Ei "s/(^| )${address//./\\.}( |$)/\1$(current_address "$address")\2/" "$new"
done
# A member that is known by its former and its current address is the same one: Sentinel rejects duplicates.
awk '!/^sentinel known-/ || !seen[$0]++' "$new" >"$SENTINEL_STATE.new"
mv "$SENTINEL_STATE.new" "$SENTINEL_STATE"
