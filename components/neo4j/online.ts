import { pruneFunction } from "../node/retention";
import type { Placed } from "../model/role";
import type { Cloud } from "../model/cloud";
import { ALONE_FUNCTION, artefacts, ONLINE_PREFIX, WORK } from "./backup-layout";
import { memberNames, PORTS } from "./endpoints";
import { VERSIONS, type VersionName } from "./version";

/** Hour (UTC) of the whole backup. */
const WHOLE_HOUR = "02";

export interface OnlineBackup {
  readonly cloud: Cloud;
  readonly bucket: string;
  readonly retentionDays: number;
  readonly version: VersionName;
}

/** Shell function: the graph's artefacts in the bucket, oldest first. */
export function listFunction(bucket: string): string {
  return `artefacts() { /usr/local/sbin/ape-node list ${bucket} ${ONLINE_PREFIX} | sed -n 's|^${ONLINE_PREFIX}\\(neo4j-.*\\.backup\\)$|\\1|p' | sort; }`;
}

export function onlineScript(args: OnlineBackup, self: Placed, all: readonly Placed[]): string {
  const names = memberNames(all);
  const earlier = names.slice(0, names.indexOf(memberNames([self])[0]!));
  return `#!/bin/bash
# An online backup to the bucket, of the first member that serves. One job makes both kinds: before 2026.02 a whole backup
# between two others breaks the chain, so they must never run at once. With --whole not what has changed, but all.
set -euo pipefail
readonly WORK=${WORK} TO=${artefacts(args.cloud, args.bucket)}

${ALONE_FUNCTION}
${listFunction(args.bucket)}
${pruneFunction(args.bucket)}
${earlier
  .map(
    (name) => `if timeout 5 bash -c '</dev/tcp/${name}/${PORTS.bolt}' 2>/dev/null; then
  echo "${name} makes the backup"
  exit 0
fi
`,
  )
  .join("")}
alone
type=AUTO
if [[ \${1:-} == --whole || $(date -u +%H) == ${WHOLE_HOUR} ]]; then type=FULL; fi
rm -rf "$WORK"
mkdir -m 0700 "$WORK" "$WORK"/{aggregate,check,backup}
trap 'rm -rf "$WORK"' EXIT

newest=$(artefacts | tail -n 1)
if [[ $type == FULL && -n $newest ]]; then
  # What the day has made becomes one artefact: a restore of it has no transactions to apply.
  ${VERSIONS[args.version].aggregate} --from-path="$TO$newest" --temp-path="$WORK/aggregate"
  neo4j-admin database check --from-path="$TO" --temp-path="$WORK/check" --report-path="$WORK" --max-off-heap-memory=128m \\
    --threads=1 neo4j || { echo "the backup $newest is damaged" >&2; exit 1; }
fi
neo4j-admin database backup --from=127.0.0.1:${PORTS.backup} --to-path="$TO" --temp-path="$WORK/backup" --type="$type" \\
  --pagecache=64m neo4j system
if [[ $type == FULL ]]; then prune ${ONLINE_PREFIX} ${args.retentionDays}; fi
`;
}
