#!/bin/bash
# Corrects Sentinel's state, which keeps its identity and epochs: addresses of members that moved, and the quorum. Runs
# before each start of Sentinel.
set -euo pipefail

new=$(mktemp "$SENTINEL_STATE.XXXXXX")
trap 'rm -f "$new"' EXIT
cp "$SENTINEL_STATE" "$new"
for address in $(moved_addresses); do
  sed -Ei "s/(^|[ \"])${address//./\\.}([ \"]|$)/\1$(current_address "$address")\2/" "$new"
done
sed -Ei "s/^(sentinel monitor .*) [0-9]+$/\1 $QUORUM/" "$new"
# A member that is known by its former and its current address is the same one: Sentinel rejects duplicates.
awk '!/^sentinel known-/ || !seen[$0]++' "$new" >"$SENTINEL_STATE.new"
mv "$SENTINEL_STATE.new" "$SENTINEL_STATE"
