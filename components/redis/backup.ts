import { TLS } from "../model/tls";
import { pruneFunction } from "../node/retention";
import { addressOf, type NodeFile, type Placed } from "../model/role";
import { CLI_FUNCTION } from "./cli";
import { DATA } from "./configuration";
import { REDIS_PORT } from "./endpoints";
import { USERS } from "./secrets";

/** Prefix of Redis' copies in the backup bucket. */
export const BACKUP_PREFIX = "redis/";

export const BACKUP_TIMER = "ape-redis-backup.timer";

interface BackupPlace {
  readonly bucket: string;
  /** Days that a copy is kept. */
  readonly retentionDays: number;
}

/**
 * An hourly copy of the data to the bucket: of one replica where there are any, so that the master is left alone.
 * `members` hold the same data: all of them, or those of a cluster's shard.
 */
export function backupFiles(to: BackupPlace, self: Placed, members: readonly Placed[]): NodeFile[] {
  return [
    { path: "/usr/local/sbin/ape-redis-backup", mode: "0755", content: script(to, self, members) },
    { path: "/etc/systemd/system/ape-redis-backup.service", content: SERVICE },
    { path: `/etc/systemd/system/${BACKUP_TIMER}`, content: TIMER },
  ];
}

function script({ bucket, retentionDays }: BackupPlace, self: Placed, members: readonly Placed[]): string {
  return `#!/bin/bash
# Copies this member's data to the bucket. With --any also where another member's turn it is.
set -euo pipefail

${CLI_FUNCTION}
${pruneFunction(bucket)}
${members.length > 1 ? turn(self, members) : ""}
copy=$(mktemp ${DATA}/copy.XXXXXX)
trap 'rm -f "$copy"' EXIT
REDISCLI_AUTH=$(cat /etc/redis/${USERS.replication}.password) redis-cli --no-auth-warning --tls --cacert ${TLS.ca} \\
  --user ${USERS.replication} -h localhost -p ${REDIS_PORT} --rdb "$copy" >/dev/null
redis-check-rdb "$copy" >/dev/null || { echo "the copy is damaged" >&2; exit 1; }
key="${BACKUP_PREFIX}$(date -u +%Y-%m-%dT%H-%M-%SZ)-${self.role.name}.rdb"
/usr/local/sbin/ape-node put ${bucket} "$key" "$copy"
echo "copied to $key"
prune ${BACKUP_PREFIX} ${retentionDays}
`;
}

/** Whose turn it is follows from what every member sees alike: the first living replica in the stack's own order. */
function turn(self: Placed, members: readonly Placed[]): string {
  const own = addressOf(self);
  return `
is_replica() { cli ${USERS.admin} "$1" ${REDIS_PORT} info replication 2>/dev/null | grep -q '^role:slave'; }

if [[ \${1:-} != --any ]]; then
  chosen=
  for member in ${members.map(addressOf).join(" ")}; do
    if is_replica "$member"; then
      chosen=$member
      break
    fi
  done
  # Without a replica the master is better than no copy.
  if [[ -n $chosen && $chosen != ${own} ]]; then
    echo "the copy is made by $chosen"
    exit 0
  fi
fi
`;
}

const SERVICE = `[Unit]
Description=Copy of Redis' data to the backup bucket

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/ape-redis-backup
`;

const TIMER = `[Unit]
Description=Hourly copy of Redis' data

[Timer]
OnCalendar=hourly
RandomizedDelaySec=5min
Persistent=true

[Install]
WantedBy=timers.target
`;
