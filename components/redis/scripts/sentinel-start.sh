#!/bin/bash
# Corrects Sentinel's state, which keeps its identity and epochs: addresses of members that moved, and the quorum. Runs
# before each start of Sentinel, with its rights: sed may not change files in place.
set -euo pipefail

state=$(sed -E "s/^(sentinel monitor .*) [0-9]+$/\1 $QUORUM/" "$SENTINEL_STATE")
for address in $(moved_addresses); do
  state=$(sed -E "s/(^|[ \"])${address//./\\.}([ \"]|$)/\1$(current_address "$address")\2/" <<<"$state")
done
# A member that is known by its former and its current address is the same one: Sentinel rejects duplicates.
awk '!/^sentinel known-/ || !seen[$0]++' <<<"$state" >"$SENTINEL_STATE.new"
mv "$SENTINEL_STATE.new" "$SENTINEL_STATE"
