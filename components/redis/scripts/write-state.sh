#!/bin/bash

# write_state: writes the file that redis-server starts with: its configuration and standard input. Reads STATE, START_FILE
# and SETTINGS_FILE.
write_state() {
  {
    printf 'include %s\n' "$START_FILE" "$SETTINGS_FILE"
    cat
  } >"$STATE.new"
  mv "$STATE.new" "$STATE"
}
