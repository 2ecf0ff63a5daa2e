#!/bin/bash
# Waits for the server. On the primary, declares roles, database, extensions and schema; a standby replicates them.
set -uo pipefail
export PGHOST=$SOCKET_DIRECTORY

state() {
  psql -XAtqd postgres <<'SQL'
SELECT CASE WHEN NOT pg_is_in_recovery() THEN 'primary'
            WHEN EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 'standby' ELSE 'recovering' END
SQL
}
declare_all() {
  psql -Xqd postgres -v ON_ERROR_STOP=1 -f "$SERVER_SQL" || return
  # A new library version requires this as a session's first command. It fails only if the extension does not exist yet.
  psql -Xqd "$DATABASE" -c 'ALTER EXTENSION timescaledb UPDATE' 2>/dev/null
  psql -Xqd "$DATABASE" -v ON_ERROR_STOP=1 -f "$DATABASE_SQL" || return
  "$DEPLOY_SCRIPT" || return
  configure_primary || return
}

while true; do
  case $(state 2>/dev/null) in
    primary) if declare_all; then exit 0; fi ;;
    standby) if configure_standby; then exit 0; fi ;;
  esac
  sleep 2
done
