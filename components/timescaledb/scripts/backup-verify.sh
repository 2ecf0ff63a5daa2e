#!/bin/bash
# Verifies the checksum of every file in the backup repository. pgBackRest names each missing or damaged file.
set -euo pipefail

begin_report
leave_to_standby
if ! found=$(pgbackrest --stanza=main --output=text --verbose --log-level-console=error verify 2>&1); then
  problem "the backups cannot be verified"
fi
while read -r line; do problem "$line"; done < <(grep -E 'error|invalid|missing|corrupt|mismatch' <<<"$found" | grep -vE '(missing|checksum invalid|size invalid|other): 0' || true)
echo "$found"
report
