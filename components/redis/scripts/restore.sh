#!/bin/bash
# Replaces all of Redis' data by a backup from the bucket. At start-up Redis reads only its append-only file, so the backup
# becomes that file's base. Replicas then perform a full resync.
set -euo pipefail
readonly AOF_FOLDER=$DATA/appendonlydir
readonly AOF=$AOF_FOLDER/appendonly.aof
readonly PREVIOUS=$DATA/before-restore

backups() { /usr/local/sbin/ape-node list "$BUCKET" "$BACKUP_PREFIX" | grep -E "($NAMES)\.rdb$" | sort; }
keys() { cli "$ADMIN" localhost "$REDIS_PORT" dbsize; }

usage() {
  cat <<USAGE
Usage: ape-redis-restore --list | --latest | BACKUP
  ape-redis-restore --list      list the backups in the bucket, oldest first
  ape-redis-restore --latest    restore the newest
  ape-redis-restore ${BACKUP_PREFIX}2026-01-31T12-00-00Z-redis-1.rdb
Run as root on the master. Keys written after the backup are lost.
USAGE
}

case "${1:-}" in
  --list)
    backups
    exit
    ;;
  --latest) chosen=$(backups | tail -n 1) ;;
  --help)
    usage
    exit
    ;;
  "" | -*)
    usage >&2
    exit 2
    ;;
  *) chosen=$1 ;;
esac
[[ -n $chosen ]] || stop_with "the bucket holds no backup"
if ((REPLICAS)); then
  [[ $(replication_field role) == master ]] ||
    stop_with "this is a replica; run the restore on $(replication_field master_host)"
fi

copy=$(mktemp "$DATA/restore.XXXXXX")
trap 'rm -f "$copy" "$KEEP_MASTER"; resume_failover' EXIT
trap 'exit 130' INT TERM
/usr/local/sbin/ape-node get "$BUCKET" "$chosen" >"$copy" || stop_with "cannot download $chosen"
redis-check-rdb "$copy" >/dev/null || stop_with "$chosen is corrupt; nothing was changed"
started=$(date +%s)
echo "keys before: $(keys)"
suspend_failover
if ((REPLICAS)); then touch "$KEEP_MASTER"; fi

systemctl stop redis-server.service
rm -rf "$PREVIOUS"
install -d -o redis -g redis -m 0750 "$PREVIOUS" "$AOF_FOLDER"
find "$AOF_FOLDER" "$DATA/dump.rdb" -type f -exec mv -t "$PREVIOUS" {} + 2>/dev/null || true
install -o redis -g redis -m 0640 "$copy" "$AOF.1.base.rdb"
echo "file appendonly.aof.1.base.rdb seq 1 type b" >"$AOF.manifest"
chown redis:redis "$AOF.manifest"
systemctl start redis-server.service

for ((try = 0; try < 600; try++)); do
  [[ $(cli "$ADMIN" localhost "$REDIS_PORT" ping 2>/dev/null) == PONG ]] && break
  sleep 0.5
done
[[ $(replication_field role) == master ]] || stop_with "$OWN is no longer the master; the previous data is in $PREVIOUS"
if ((REPLICAS)); then
  echo "waiting for the replicas"
  for ((try = 0; try < 600; try++)); do
    [[ $(cli "$ADMIN" localhost "$REDIS_PORT" info replication | grep -c ',state=online,') == "$REPLICAS" ]] && break
    sleep 0.5
  done
fi
rm -rf "$PREVIOUS"
echo "keys after: $(keys)"
echo "restored $chosen in $(($(date +%s) - started)) s"
