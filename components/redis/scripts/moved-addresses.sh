#!/bin/bash

# moved_addresses: prints addresses in Sentinel's state that their member has left. Reads SENTINEL_STATE and what
# current_address reads.
moved_addresses() {
  local address
  grep -Eo '\b([0-9]{1,3}\.){3}[0-9]{1,3}\b' "$SENTINEL_STATE" | sort -u | while read -r address; do
    [[ $(current_address "$address") == "$address" ]] || echo "$address"
  done
}
