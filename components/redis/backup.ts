import { TLS } from "../node/bootstrap/bundle";
import type { NodeFile } from "../node/role";
import { DATA } from "./configuration";
import { REDIS_PORT } from "./endpoints";
import { USERS } from "./secrets";

/** Prefix of Redis' copies in the backup bucket. */
export const BACKUP_PREFIX = "redis/";

export const BACKUP_TIMER = "ape-redis-backup.timer";

/** An hourly copy of the data to the bucket: from a replica where there is one, so that the master is left alone. */
export function backupFiles(bucket: string, member: string, replicated: boolean): NodeFile[] {
  return [
    { path: "/usr/local/sbin/ape-redis-backup", mode: "0755", content: script(bucket, member, replicated) },
    { path: "/etc/systemd/system/ape-redis-backup.service", content: SERVICE },
    { path: `/etc/systemd/system/${BACKUP_TIMER}`, content: TIMER },
  ];
}

function script(bucket: string, member: string, replicated: boolean): string {
  return `#!/bin/bash
set -euo pipefail

cli() {
  REDISCLI_AUTH=$(cat "/etc/redis/$1.password") redis-cli --no-auth-warning --tls --cacert ${TLS.ca} --user "$1" -h localhost -p ${REDIS_PORT} "\${@:2}"
}
${
  replicated
    ? `
if ! cli ${USERS.monitoring} info replication | grep -q '^role:slave'; then
  echo "this is the master; its replicas make the copies"
  exit 0
fi
`
    : ""
}
copy=$(mktemp ${DATA}/copy.XXXXXX)
trap 'rm -f "$copy"' EXIT
cli ${USERS.replication} --rdb "$copy" >/dev/null
/usr/local/sbin/ape-node put ${bucket} "${BACKUP_PREFIX}${member}/$(date -u +%Y-%m-%dT%H-%M-%SZ).rdb" "$copy"
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
