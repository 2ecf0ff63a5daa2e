#!/bin/bash
# Restores the database in place to a point in time.
set -euo pipefail
export PGHOST=$SOCKET_DIRECTORY

usage() {
  cat <<'USAGE'
Usage: ape-timescaledb-restore --list | --latest | --to TIME
  ape-timescaledb-restore --list                          list the backups in the bucket and the WAL they cover
  ape-timescaledb-restore --to "2026-01-31 12:00:00+00"   restore the last state before TIME; the time zone is required
  ape-timescaledb-restore --latest                        restore the latest state in the bucket
Run it as root on the primary. Later writes are removed from the database but stay in the backups.
USAGE
}
as_postgres() { runuser -u postgres -- "$@"; }
backups() { as_postgres pgbackrest --stanza=main "$@" info; }
ask() { as_postgres psql -XAtqd postgres -c "$1"; }

case "${1:-}" in
  --list) backups; exit ;;
  --help) usage; exit ;;
  --latest) options=(--type=default) ;;
  --to)
    moment=${2:-}
    [[ $moment =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}[\ T][0-9:.]+(Z|[+-][0-9]{2}(:?[0-9]{2})?)$ ]] ||
      stop_with "--to: \"$moment\" is not a time with a time zone, for example \"2026-01-31 12:00:00+00\""
    seconds=$(date -d "$moment" +%s) || stop_with "--to: \"$moment\" is not a valid time"
    ((seconds < $(date +%s))) || stop_with "--to: $moment is in the future"
    oldest=$(backups --output=json | jq '[.[].backup[]?.timestamp.stop] | min // empty')
    [[ -n $oldest ]] || stop_with "the bucket holds no backup"
    ((seconds > oldest)) || stop_with "--to: $moment is before the end of the oldest backup, $(date -u -d "@$oldest" "+%F %T+00")"
    options=(--type=time "--target=$(date -u -d "$moment" "+%F %H:%M:%S.%6N+00")" --target-action=promote)
    ;;
  *) usage >&2; exit 2 ;;
esac
[[ $EUID == 0 ]] || stop_with "run it as root"

exec 9>>"$BACKUP_LOCK"
flock 9 # no backup of a half-restored database
began=$(date +%s)
stop_server
as_postgres pgbackrest --stanza=main --delta "${options[@]}" restore
start_server
until [[ $(ask "SELECT pg_is_in_recovery()" 2>/dev/null) == f ]]; do sleep 0.5; done
# If this server later becomes a standby, it must not stop at this point again.
for setting in restore_command recovery_target_time recovery_target_action recovery_target_timeline; do
  ask "ALTER SYSTEM RESET $setting"
done
resume_operation "$began"
echo "restored in $(($(date +%s) - began)) s"
