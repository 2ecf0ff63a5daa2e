#!/bin/bash
# Creates the data directory if it does not exist: from the backups if the bucket has any, otherwise as a new, empty cluster.
set -euo pipefail

[[ ! -e $DATA_DIRECTORY/global/pg_control ]] || exit 0
install -d -m 0700 "$(dirname "$DATA_DIRECTORY")" "$SPOOL_DIRECTORY"
for ((try = 0; ; try++)); do
  backups=$(timeout 60 pgbackrest --stanza=main --output=json --log-level-console=off info) || backups='[{"status":{"code":99}}]'
  if jq -e 'any(.[]; .backup // [] | length > 0)' <<<"$backups" >/dev/null; then
    echo "restoring the backups: ${RESTORE_OPTIONS[*]:-latest state}"
    exec pgbackrest --stanza=main "${RESTORE_OPTIONS[@]}" restore
  fi
  # 1 to 3: the bucket is readable and holds no backup.
  ! jq -e 'all(.[]; .status.code | IN(1, 2, 3))' <<<"$backups" >/dev/null || break
  if ((try == 30)); then
    echo "cannot read the backup bucket: $(jq -c '[.[].status.message]' <<<"$backups")" >&2
    exit 1
  fi
  sleep 10
done
echo "the bucket holds no backup: creating an empty database"
rm -rf "$DATA_DIRECTORY.new"
"$BIN_DIRECTORY/initdb" --pgdata="$DATA_DIRECTORY.new" --data-checksums --encoding=UTF8 --locale-provider=builtin \
  --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256 --no-instructions
if [[ -d $DATA_DIRECTORY ]]; then rmdir "$DATA_DIRECTORY"; fi
mv "$DATA_DIRECTORY.new" "$DATA_DIRECTORY"
