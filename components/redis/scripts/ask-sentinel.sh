#!/bin/bash

# ask_sentinel MEMBER: prints the master's address as the member's Sentinel knows it. Requires cli.
ask_sentinel() {
  cli "$SENTINEL_USER" "$1" "$SENTINEL_PORT" sentinel get-master-addr-by-name "$MASTER_NAME" 2>/dev/null | head -n 1
}
