#!/bin/bash
# Decides whom redis-server replicates, before each of its starts.
set -euo pipefail

master=
for peer in "${PEERS[@]}"; do
  answer=$(REDISCLI_AUTH="$(cat /etc/redis/sentinel.password)" timeout 2 redis-cli --no-auth-warning --tls --cacert "$CA" \
    --user "$SENTINEL_USER" -h "$peer" -p "$SENTINEL_PORT" sentinel get-master-addr-by-name "$MASTER_NAME" 2>/dev/null | head -n 1) || true
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
