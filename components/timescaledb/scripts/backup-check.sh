#!/bin/bash
# Checks that backups exist, are recent and valid, and that WAL is archived. Runs on the primary.
set -euo pipefail

begin_report
if is_standby; then
  skip_report "the primary runs this check"
fi
info=$(pgbackrest --stanza=main --output=json --log-level-console=off info)
newest() { jq -r "[.[].backup[]? | select($1).timestamp.stop] | max // 0" <<<"$info"; }
any=$(newest true)
full=$(newest '.type == "full"')
if ((any == 0)); then
  problem "the bucket holds no backup: $(jq -c '[.[].status.message]' <<<"$info")"
else
  age=$(($(date +%s) - any))
  metric backup_age_seconds "$age"
  ((age < NEWEST_HOURS * 3600)) || problem "the newest backup is $((age / 3600)) h old; backups run every hour"
  age=$(($(date +%s) - full))
  ((age < FULL_DAYS * 86400)) || problem "the newest full backup is $((age / 86400)) days old; full backups run every week"
  for label in $(jq -r '.[].backup[] | select(.error == true).label' <<<"$info"); do
    problem "backup $label contains pages with invalid checksums"
  done
fi
said=$(pgbackrest --stanza=main --log-level-console=warn check 2>&1) || problem "WAL is not archived: $(grep -m 1 ERROR <<<"$said")"
report
