#!/bin/bash
# Restores the latest state into a scratch directory, starts an isolated server on it, and reads all of it.
set -euo pipefail

begin_report
leave_to_standby
exec 9>>"$BACKUP_LOCK"
flock 9
stop() { "$BIN_DIRECTORY/pg_ctl" --pgdata="$DIRECTORY" --mode=immediate --silent stop 2>/dev/null || true; }
clean() {
  stop
  rm -rf "$DIRECTORY"
}
trap clean EXIT
clean
needed=$(pgbackrest --stanza=main --output=json --log-level-console=off info | jq '[.[].backup[]?] | max_by(.timestamp.stop).info.size // 0')
free=$(($(stat -f -c '%a * %S' "$MOUNT")))
if ((needed == 0)); then
  problem "the bucket holds no backup"
  report
fi
# 20 % more for the WAL to replay.
needed=$((needed * 6 / 5))
if ((needed > free)); then
  problem "the test requires $((needed / 1048576)) MiB, but $MOUNT has $((free / 1048576)) MiB free: enlarge the disk"
  report
fi
began=$(date +%s)
install -d -m 0700 "$DIRECTORY"
if ! said=$(pgbackrest --stanza=main --pg1-path="$DIRECTORY" --archive-mode=off --log-level-console=error restore 2>&1); then
  problem "the latest backup cannot be restored: $(grep -m 1 ERROR <<<"$said")"
  report
fi
# Small, unreachable and without replication. It must never archive: that would mix two histories.
settings="${SERVER_OPTIONS[*]} -c listen_addresses= -c unix_socket_directories=$DIRECTORY -c port=5432 -c external_pid_file="
settings+=" -c shared_buffers=16MB -c max_connections=20 -c hot_standby=off -c ssl=off -c archive_mode=off -c logging_collector=off"
settings+=" -c synchronous_standby_names= -c log_destination=stderr -c cluster_name=restore-test -c primary_slot_name="
if ! "$BIN_DIRECTORY/pg_ctl" --pgdata="$DIRECTORY" --timeout=14400 --log="$DIRECTORY/restore-test.log" -o "$settings" --silent start 9>&-; then
  problem "the server does not start on the restored backup: $(tail -n 3 "$DIRECTORY/restore-test.log" | tr '\n' ' ')"
  report
fi
until [[ $(psql -XAtqh "$DIRECTORY" -d postgres -c 'SELECT pg_is_in_recovery()' 2>/dev/null) == f ]]; do sleep 1; done
metric restore_seconds $(($(date +%s) - began))
lost=$(psql -XAtqh "$DIRECTORY" -d postgres -c 'SELECT coalesce(ceil(extract(epoch FROM clock_timestamp() - max(at))), -1) FROM heartbeat')
metric restore_heartbeat_age_seconds $((lost - ($(date +%s) - began)))
if ! said=$("$BIN_DIRECTORY/pg_amcheck" --host="$DIRECTORY" --all --install-missing --no-strict-names 2>&1); then
  problem "the restored data is damaged: $(head -n 3 <<<"$said" | tr '\n' ' ')"
fi
echo "restored in $(($(date +%s) - began)) s; the last write was $((lost - ($(date +%s) - began))) s old"
report
