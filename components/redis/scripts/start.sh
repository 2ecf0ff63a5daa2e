#!/bin/bash
# Decides which master redis-server replicates. Runs before each start of redis-server.
set -euo pipefail

master=
for peer in "${PEERS[@]}"; do
  answer=$(cli "$SENTINEL_USER" "$peer" "$SENTINEL_PORT" sentinel get-master-addr-by-name "$MASTER_NAME" 2>/dev/null |
    head -n 1) || true
  if [[ $answer =~ ^[0-9.]+$ ]]; then
    master=$answer
    break
  fi
done

if [[ -z $master ]]; then
  if [[ -e $STATE ]]; then
    master=$(sed -n 's/^replicaof \([0-9.]*\) .*/\1/p' "$STATE")
  else
    master=$FIRST
  fi
fi

{
  echo "include /etc/redis/ape.conf"
  if [[ -n $master && $master != "$OWN" ]]; then
    echo "replicaof $master $REDIS_PORT"
  fi
} >"$STATE.new"
mv "$STATE.new" "$STATE"
