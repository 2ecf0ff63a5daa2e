#!/bin/bash
# Takes an online backup to the bucket, on the first member that serves: differential, or full in the backup hour and with
# --whole. One job takes both: before 2026.02 a full backup that runs concurrently with another breaks the chain.
set -euo pipefail

for member in "${EARLIER_MEMBERS[@]}"; do
  if timeout 5 bash -c "</dev/tcp/$member/$BOLT_PORT" 2>/dev/null; then
    echo "$member takes the backup"
    exit 0
  fi
done
lock_backups
type=AUTO
if [[ ${1:-} == --whole || $(date -u +%H) == "$FULL_HOUR" ]]; then type=FULL; fi
rm -rf "$WORK"
mkdir -m 0700 "$WORK" "$WORK"/{aggregate,check,backup}
trap 'rm -rf "$WORK"' EXIT

newest=$(artefacts | tail -n 1)
if [[ $type == FULL && -n $newest ]]; then
  # Merges the day's chain into one artefact, so that its restore has no transactions to apply.
  "${AGGREGATE[@]}" --from-path="$REPOSITORY$newest" --temp-path="$WORK/aggregate"
  neo4j-admin database check --from-path="$REPOSITORY" --temp-path="$WORK/check" --report-path="$WORK" --max-off-heap-memory=128m \
    --threads=1 neo4j || { echo "the backup $newest is damaged" >&2; exit 1; }
fi
neo4j-admin database backup --from="127.0.0.1:$BACKUP_PORT" --to-path="$REPOSITORY" --temp-path="$WORK/backup" --type="$type" \
  --pagecache=64m neo4j system
if [[ $type == FULL ]]; then prune "$PREFIX" "$RETENTION_DAYS"; fi
