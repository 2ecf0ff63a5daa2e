import type { Placed } from "../model/role";
import { ASK } from "./console";
import { ALONE_FUNCTION, artefacts, WORK } from "./backup-layout";
import { AWAIT_FUNCTION } from "./dump";
import { membersOf } from "./endpoints";
import { listFunction, type OnlineBackup } from "./online";
import { SCHEMA_FUNCTION } from "./schema";
import { VERSIONS } from "./version";

/**
 * Of an artefact of Enterprise Edition. A single server is stopped and restored; a cluster takes it while it runs, every
 * member from the bucket, because files below one member would not be the others'.
 */
export function restoreOnlineScript(args: OnlineBackup, all: readonly Placed[]): string {
  const clustered = membersOf(all).length > 1;
  return `#!/bin/bash
# Puts a backup from the bucket in the place of the graph.
set -euo pipefail
readonly WORK=${WORK} FROM=${artefacts(args.cloud, args.bucket)}

${ALONE_FUNCTION}
${AWAIT_FUNCTION}${SCHEMA_FUNCTION}
${listFunction(args.bucket)}
admin() { runuser -u neo4j -- env HEAP_SIZE=256m "$@"; }
stop_with() { echo "$*" >&2; exit 1; }

usage() {
  cat <<'USAGE'
Usage: ape-neo4j-restore --list | --latest | ARTEFACT
  ape-neo4j-restore --list      artefacts in the bucket, oldest first; each holds the graph as it was at its time (UTC)
  ape-neo4j-restore --latest    restore the newest
  ape-neo4j-restore neo4j-2026-01-31T12-30-00.backup
Run it as root${clustered ? ", on the member that writes to the database system" : ""}. What was written since is gone afterwards.
USAGE
}

case "\${1:-}" in
  --list) artefacts; exit ;;
  --latest) chosen=$(artefacts | tail -n 1) ;;
  --help) usage; exit ;;
  "" | -*) usage >&2; exit 2 ;;
  *) chosen=$1 ;;
esac
[[ -n $chosen ]] || stop_with "the bucket holds no backup"
artefacts | grep -qxF "$chosen" || stop_with "there is no backup $chosen; --list shows them"
alone
${clustered ? `${ASK} system-writable || stop_with "this member does not write to the database system; run it on the one that does"\n` : ""}
rm -rf "$WORK"
install -d -o neo4j -g neo4j -m 0700 "$WORK"
trap 'rm -rf "$WORK"' EXIT
started=$(date +%s)
${clustered ? seed(args) : replace()}
apply_schema || stop_with "the graph is restored, but its indexes could not be checked: journalctl -u ape-neo4j-schema"
echo "restored $chosen in $(($(date +%s) - started)) s"
`;
}

function replace(): string {
  return `systemctl stop neo4j.service
trap 'systemctl start neo4j.service; rm -rf "$WORK"' EXIT
admin neo4j-admin database restore --from-path="$FROM$chosen" --temp-path="$WORK" --overwrite-destination=true neo4j ||
  stop_with "$chosen can't be restored"
start_server || stop_with "Neo4j does not serve what was restored"`;
}

/** A member takes whole artefacts only, so a chain becomes one first. */
function seed({ version }: OnlineBackup): string {
  const { aggregate, recreate } = VERSIONS[version];
  return `admin ${aggregate} --from-path="$FROM$chosen" --temp-path="$WORK" || stop_with "$chosen can't be made whole"
${ASK} system "CALL ${recreate}('neo4j', {seedingServers: [], seedURI: '$FROM$chosen'})" >/dev/null
sleep 5
await_server || stop_with "the members do not serve what was restored: neo4j-ask system 'SHOW DATABASE neo4j'"`;
}
