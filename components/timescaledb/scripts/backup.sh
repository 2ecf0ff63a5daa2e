#!/bin/bash
# timescaledb-backup full|diff|incr: backs up the primary; a no-op on a standby. Only one backup runs at a time.
set -euo pipefail

exec 9>>"$BACKUP_LOCK"
flock 9
if is_standby; then
  echo "this is a standby; the primary takes the backup"
  exit 0
fi
pgbackrest --stanza=main stanza-create
pgbackrest --stanza=main --type="$1" backup
