#!/bin/bash
# Makes this data node the primary after the other data node and the witness are permanently lost.
set -euo pipefail

if [[ ${1:-} != --others-are-off ]]; then
  cat >&2 <<'USAGE'
Usage: ape-timescaledb-promote --others-are-off
First power off the other data node and the witness, and make sure that they only return with blank disks. With their old
disks they would form a second cluster. Then run this as root on the surviving data node.
USAGE
  exit 2
fi
if timeout 10 bash -c "$ETCD_HEALTH" >/dev/null 2>&1; then
  echo "etcd has its majority, so Patroni decides; see patronictl -c $PATRONI_CONFIG list" >&2
  exit 1
fi
echo "making this node the only etcd member"
systemctl stop etcd.service
echo ETCD_FORCE_NEW_CLUSTER=true >>"$JOINED"
trap 'sed -i /ETCD_FORCE_NEW_CLUSTER/d "$JOINED"' EXIT
systemctl start etcd.service
sed -i /ETCD_FORCE_NEW_CLUSTER/d "$JOINED"
systemctl restart etcd.service
for ((try = 0; try < 120; try++)); do
  [[ $(runuser -u postgres -- psql -XAtqh "$SOCKET_DIRECTORY" postgres -c 'SELECT pg_is_in_recovery()' 2>/dev/null) != f ]] || break
  # Patroni waits until the former leader's lease has expired, and may then require a manual failover.
  if ((try % 20 == 19)); then
    patronictl -c "$PATRONI_CONFIG" failover --force --candidate "$MEMBER" "$SCOPE" >/dev/null 2>&1 || true
  fi
  sleep 1
done
((try < 120)) || { echo "this node did not become the primary; see journalctl -u patroni" >&2; exit 1; }
echo "this node is the primary; return the other nodes with blank disks"
