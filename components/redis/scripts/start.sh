#!/bin/bash
# Decides which master redis-server replicates. Runs before each start of redis-server.
set -euo pipefail

master=
for peer in $(peers); do
  answer=$(ask_sentinel "$peer") || true
  if [[ $answer =~ ^[0-9.]+$ ]]; then
    master=$(current_address "$answer")
    break
  fi
done

if [[ -z $master ]]; then
  if [[ -e $STATE ]]; then
    master=$(sed -n 's/^replicaof \([0-9.]*\) .*/\1/p' "$STATE")
    if [[ -n $master ]]; then master=$(current_address "$master"); fi
  else
    master=$(address_of "$FIRST")
  fi
fi

if [[ $master == "$OWN" ]]; then master=; fi
write_state <<<"${master:+replicaof $master $REDIS_PORT}"
