import type { Cloud } from "../platform/platform";
import { sliceOf, type NodeFile, type Placed } from "../node/role";
import { HOME } from "./configuration";
import { memberNames, PORTS } from "./endpoints";
import { licenceEnvironment, type Neo4jEdition, type Neo4jLicence } from "./licence";

/** Prefix of Neo4j's backups in the backup bucket. */
export const BACKUP_PREFIX = "neo4j/";

const SCRIPT = "/usr/local/sbin/ape-neo4j-backup";
const UNIT = "ape-neo4j-backup.service";
export const BACKUP_TIMER = "ape-neo4j-backup.timer";

export interface Neo4jBackup {
  readonly cloud: Cloud;
  /** Whole name of the bucket. */
  readonly bucket: string;
  readonly edition: Neo4jEdition;
  readonly licence: Neo4jLicence;
}

/**
 * Community Edition: a nightly dump, for which the server has to stop. Enterprise Edition: hourly, online; whole at
 * night, otherwise what has changed since.
 */
export function backupFiles(args: Neo4jBackup, self: Placed, all: readonly Placed[]): NodeFile[] {
  const online = args.edition === "enterprise";
  return [
    {
      path: SCRIPT,
      mode: "0755",
      content: online ? onlineScript(args, self, all) : dumpScript(args.bucket, self.role.name),
    },
    { path: `/etc/systemd/system/${UNIT}`, content: online ? onlineUnit(args) : DUMP_UNIT },
    {
      path: `/etc/systemd/system/${BACKUP_TIMER}`,
      content: timer(online ? "*-*-* *:30:00 UTC" : "*-*-* 02:30:00 UTC"),
      restarts: BACKUP_TIMER,
    },
  ];
}

/** Pieces of 4 GiB: object stores take no more than 5 GiB in one request. `cat` makes the dump of them again. */
function dumpScript(bucket: string, role: string): string {
  return `#!/bin/bash
# Stops Neo4j, dumps its databases, starts it again, then copies the dumps to the bucket.
set -euo pipefail
readonly WORK=${HOME}/backup
stamp=$(date -u +%Y-%m-%dT%H-%M-%SZ)

rm -rf "$WORK"
install -d -m 0700 "$WORK"
trap 'systemctl start neo4j.service; rm -rf "$WORK"' EXIT
systemctl stop neo4j.service
for database in neo4j system; do
  runuser -u neo4j -- neo4j-admin database dump "$database" --to-stdout | split -b 4G -d -a 3 - "$WORK/$database.dump."
done
systemctl start neo4j.service
for piece in "$WORK"/*; do
  /usr/local/sbin/ape-node put ${bucket} "${BACKUP_PREFIX}${role}/$stamp/\${piece##*/}" "$piece"
done
echo "copied to ${BACKUP_PREFIX}${role}/$stamp"
`;
}

function onlineScript({ cloud, bucket }: Neo4jBackup, self: Placed, all: readonly Placed[]): string {
  const names = memberNames(all);
  const earlier = names.slice(0, names.indexOf(memberNames([self])[0]!));
  const to = `${cloud === "aws" ? "s3" : "gs"}://${bucket}/${BACKUP_PREFIX}`;
  return `#!/bin/bash
# An online backup to the bucket. One job makes both kinds: before 2026.02 a whole backup between two others breaks the
# chain, so they must never run at once.
set -euo pipefail
readonly WORK=${HOME}/backup
${earlier
  .map(
    (name) => `if timeout 5 bash -c '</dev/tcp/${name}/${PORTS.bolt}' 2>/dev/null; then
  echo "${name} makes the backup"
  exit 0
fi
`,
  )
  .join("")}
type=AUTO
if [[ $(date -u +%H) == 02 ]]; then
  type=FULL
fi
rm -rf "$WORK"
mkdir -m 0700 "$WORK"
trap 'rm -rf "$WORK"' EXIT
neo4j-admin database backup --from=127.0.0.1:${PORTS.backup} --to-path=${to} --temp-path="$WORK" --type="$type" --pagecache=64m neo4j system
`;
}

/** In the role's slice: while the server is stopped, its memory is free. */
const DUMP_UNIT = `[Unit]
Description=Dump of Neo4j to the backup bucket

[Service]
Type=oneshot
ExecStart=${SCRIPT}
Slice=${sliceOf("neo4j")}
Nice=10
`;

/** Not in the role's slice: the server beside it has a right to all of that memory. */
function onlineUnit({ licence }: Neo4jBackup): string {
  return `[Unit]
Description=Online backup of Neo4j to the backup bucket
After=neo4j.service

[Service]
Type=oneshot
User=neo4j
ExecStart=${SCRIPT}
Environment=HEAP_SIZE=256m
${licenceEnvironment(licence)
  .map((line) => `${line}\n`)
  .join("")}MemoryMax=640M
Nice=10
IOWeight=20
`;
}

function timer(calendar: string): string {
  return `[Unit]
Description=Backup of Neo4j

[Timer]
OnCalendar=${calendar}
Persistent=true

[Install]
WantedBy=timers.target
`;
}
