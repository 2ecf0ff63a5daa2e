#!/bin/bash
# Stops Neo4j, dumps its databases and starts it again, then checks the dumps and uploads them to the bucket.
set -euo pipefail

# Bytes per piece (4 GiB): object stores accept at most 5 GiB in one request. `cat` reassembles the dump.
readonly PIECE=$((4 << 30))
stamp=$(date -u +%Y-%m-%dT%H-%M-%SZ)
readonly TO=$PREFIX$stamp

put() { # put NAME: uploads it in pieces; each is listed in the manifest once it is in the bucket
  local name=$1 size number=0 piece
  size=$(stat -c %s "$name")
  while ((number * PIECE < size)); do
    piece=$(printf '%s.%03d' "$name" "$number")
    tail -c "+$((number * PIECE + 1))" "$name" | head -c "$PIECE" >piece || true # head closes the pipe on tail
    /usr/local/sbin/ape-node put "$BUCKET" "$TO/$piece" piece
    echo "$(sha256sum <piece | cut -d ' ' -f 1)  $piece" >>"$MANIFEST"
    number=$((number + 1))
  done
  rm -f piece
}

lock_backups
rm -rf "$WORK"
install -d -o neo4j -g neo4j -m 0700 "$WORK"
cd "$WORK"
trap 'systemctl start neo4j.service; rm -rf "$WORK"' EXIT

stopped=$(date +%s%N)
systemctl stop neo4j.service
for database in "${DATABASES[@]}"; do
  quiet neo4j-admin database dump "$database" --to-path="$WORK"
done
start_server || { echo "Neo4j does not serve after its dump" >&2; exit 1; }
downtime=$((($(date +%s%N) - stopped) / 1000000))

for database in "${DATABASES[@]}"; do
  install -d -o neo4j -g neo4j "$WORK/check"
  quiet neo4j-admin database check --from-path="$WORK" --temp-path="$WORK/check" --report-path="$WORK" \
    --max-off-heap-memory=128m --threads=1 "$database" >/dev/null || { echo "the dump of $database is damaged" >&2; exit 1; }
  rm -rf "$WORK/check"
  put "$database.dump"
done
/usr/local/sbin/ape-node put "$BUCKET" "$TO/$MANIFEST" "$MANIFEST"
prune "$PREFIX" "$RETENTION_DAYS"

install -d "$(dirname "$METRICS")"
cat >"$METRICS.new" <<METRICS
ape_neo4j_backup_last_success_seconds $(date +%s)
ape_neo4j_backup_downtime_seconds $((downtime / 1000)).$(printf '%03d' $((downtime % 1000)))
METRICS
mv "$METRICS.new" "$METRICS"
echo "uploaded to $TO; downtime $((downtime / 1000)) s"
