#!/bin/bash
# Applies changed settings and users to the running server: all settings, or none.
set -euo pipefail

admin() { cli "$ADMIN" localhost "$REDIS_PORT" "$@"; }

command="config set"
while read -r name value; do
  if [[ -n $name && $name != "#"* ]]; then command+=" $name \"$value\""; fi
done <"$SETTINGS_FILE"
answer=$(admin <<<"$command")
[[ $answer == OK ]] || stop_with "redis-server rejects the settings: $answer"
answer=$(admin acl load)
[[ $answer == OK ]] || stop_with "redis-server rejects the users: $answer"
