#!/bin/bash
# Before a single server becomes a member of a group, a replica must follow it: a member without one rejects writes.
set -uo pipefail

systemctl is-active --quiet redis-server.service && ! systemctl is-active --quiet redis-sentinel.service || exit 0
[[ $(replication_field role) == master ]] || exit 0
for ((try = 1; try <= REPLICA_SECONDS; try++)); do
  if [[ -n $(online_replicas localhost) ]]; then break; fi
  sleep 1
done
[[ -n $(online_replicas localhost) ]] || stop_with "no replica follows this server within $REPLICA_SECONDS s"
# The others may have been told not to fail over, when this server was about to become single.
for peer in "${PEERS[@]}"; do
  cli "$SENTINEL_USER" "$peer" "$SENTINEL_PORT" sentinel set "$MASTER_NAME" quorum "$QUORUM" >/dev/null 2>&1 || true
done
