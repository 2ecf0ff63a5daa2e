import { pruneFunction } from "../node/retention";
import { ALONE_FUNCTION, dumpPrefix, WORK } from "./backup-layout";
import { ANSWERS } from "./console";

/** Names the pieces of a backup with their checksums; put into the bucket last, so that what has one is whole. */
export const MANIFEST = "manifest";
/** Databases of a server of Community Edition: there are no others. */
export const DATABASES = ["neo4j", "system"] as const;

/** Where the figures of the last backup stand, in Prometheus' text format: a node exporter's textfile directory. */
const METRICS = "/var/lib/ape/metrics/neo4j-backup.prom";

/**
 * Shell functions: wait until the node's own server answers, up to ten minutes, which a large graph may take to recover; and
 * start it before. Its unit tries again by itself when a start fails, so what counts is whether it answers.
 */
export const AWAIT_FUNCTION = `await_server() {
  local until=$((SECONDS + 600))
  while ((SECONDS < until)); do
    if ${ANSWERS} >/dev/null 2>&1; then return 0; fi
    sleep 1
  done
  return 1
}
start_server() {
  systemctl start neo4j.service || echo "the start failed; waiting for the next" >&2
  await_server
}
`;

/** The progress of neo4j-admin is a line for each percent. */
export const QUIET_FUNCTION = `quiet() { # neo4j-admin, as the user who owns the files, without its progress
  runuser -u neo4j -- "$@" 2> >(grep -vE '^(Files: |$)' >&2)
}
`;

/** Pieces of 4 GiB: object stores take no more than 5 GiB in one request. `cat` makes the dump of them again. */
export function dumpScript(
  { bucket, retentionDays }: { readonly bucket: string; readonly retentionDays: number },
  role: string,
): string {
  return `#!/bin/bash
# Stops Neo4j, dumps its databases, starts it again, then checks the dumps and copies them to the bucket.
set -euo pipefail
readonly WORK=${WORK} PIECE=$((4 << 30))
stamp=$(date -u +%Y-%m-%dT%H-%M-%SZ)
readonly TO=${dumpPrefix(role)}$stamp

${ALONE_FUNCTION}
${AWAIT_FUNCTION}
${QUIET_FUNCTION}
${pruneFunction(bucket)}
put() { # put NAME: cut into pieces, each noted in the manifest once it is in the bucket
  local name=$1 size number=0 piece
  size=$(stat -c %s "$name")
  while ((number * PIECE < size)); do
    piece=$(printf '%s.%03d' "$name" "$number")
    tail -c "+$((number * PIECE + 1))" "$name" | head -c "$PIECE" >piece || true # tail is cut off by head
    /usr/local/sbin/ape-node put ${bucket} "$TO/$piece" piece
    echo "$(sha256sum <piece | cut -d ' ' -f 1)  $piece" >>${MANIFEST}
    number=$((number + 1))
  done
  rm -f piece
}

alone
rm -rf "$WORK"
install -d -o neo4j -g neo4j -m 0700 "$WORK"
cd "$WORK"
trap 'systemctl start neo4j.service; rm -rf "$WORK"' EXIT

stopped=$(date +%s%N)
systemctl stop neo4j.service
for database in ${DATABASES.join(" ")}; do
  quiet neo4j-admin database dump "$database" --to-path="$WORK"
done
start_server || { echo "Neo4j does not serve after its dump" >&2; exit 1; }
downtime=$((($(date +%s%N) - stopped) / 1000000))

for database in ${DATABASES.join(" ")}; do
  install -d -o neo4j -g neo4j "$WORK/check"
  quiet neo4j-admin database check --from-path="$WORK" --temp-path="$WORK/check" --report-path="$WORK" \\
    --max-off-heap-memory=128m --threads=1 "$database" >/dev/null || { echo "the dump of $database is damaged" >&2; exit 1; }
  rm -rf "$WORK/check"
  put "$database.dump"
done
/usr/local/sbin/ape-node put ${bucket} "$TO/${MANIFEST}" ${MANIFEST}
prune ${dumpPrefix(role)} ${retentionDays}

install -d "$(dirname ${METRICS})"
cat >${METRICS}.new <<FIGURES
ape_neo4j_backup_last_success_seconds $(date +%s)
ape_neo4j_backup_downtime_seconds $((downtime / 1000)).$(printf '%03d' $((downtime % 1000)))
FIGURES
mv ${METRICS}.new ${METRICS}
echo "copied to $TO; stopped for $((downtime / 1000)) s"
`;
}
