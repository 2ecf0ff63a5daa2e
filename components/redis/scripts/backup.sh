#!/bin/bash
# Backs up this member's data to the bucket. With --any, also if another member is due.
set -euo pipefail

is_replica() { cli "$ADMIN" "$1" "$REDIS_PORT" info replication 2>/dev/null | grep -q '^role:slave'; }

# due_member: prints the first running replica of MEMBERS. All members compute the same one; nothing without a replica.
due_member() {
  local member
  for member in "${MEMBERS[@]}"; do
    if is_replica "$member"; then
      echo "$member"
      return
    fi
  done
}

if [[ ${1:-} != --any ]]; then
  due=$(due_member)
  # Without a replica, a backup of the master is better than none.
  if [[ -n $due && $due != "$OWN_NAME" ]]; then
    echo "skipped: $due is due for this backup"
    exit 0
  fi
fi

copy=$(mktemp "$DATA/copy.XXXXXX")
trap 'rm -f "$copy"' EXIT
REDISCLI_AUTH=$(cat "/etc/redis/$REPLICATION_USER.password") redis-cli --no-auth-warning --tls --cacert "$CA" \
  --user "$REPLICATION_USER" -h localhost -p "$REDIS_PORT" --rdb "$copy" >/dev/null
redis-check-rdb "$copy" >/dev/null || stop_with "the RDB file is corrupt; nothing was uploaded"
key="$BACKUP_PREFIX$(date -u +%Y-%m-%dT%H-%M-%SZ)-$NAME.rdb"
/usr/local/sbin/ape-node put "$BUCKET" "$key" "$copy"
echo "copied to $key"
prune "$BACKUP_PREFIX" "$RETENTION_DAYS"
