import { join } from "node:path";
import { dnsName, type NodeFile, type Placed } from "../model/role";
import { FUNCTIONS, renderScript } from "../node/script";
import type { RedisArgs } from "./args";
import { CLI } from "./cli";
import { REDIS_PORT } from "./endpoints";
import { namesOf } from "./names";
import { DATA } from "./paths";
import { USERS } from "./secrets";

/** Prefix of Redis' backups in the backup bucket. */
export const BACKUP_PREFIX = "redis/";

export const BACKUP_TIMER = "ape-redis-backup.timer";

/**
 * An hourly backup to the bucket, of a replica if one is running, so that the master carries no extra load.
 * @param members those that hold the same data: all of them, or those of one shard of a cluster
 */
export function backupFiles(to: RedisArgs["backup"], self: Placed, members: readonly Placed[]): NodeFile[] {
  return [
    { path: "/usr/local/sbin/ape-redis-backup", mode: "0755", content: script(to, self, members) },
    { path: "/etc/systemd/system/ape-redis-backup.service", content: SERVICE },
    { path: `/etc/systemd/system/${BACKUP_TIMER}`, content: TIMER },
  ];
}

function script({ bucket, retentionDays }: RedisArgs["backup"], self: Placed, members: readonly Placed[]): string {
  return renderScript(
    join(__dirname, "scripts/backup.sh"),
    {
      ...CLI.variables,
      ADMIN: USERS.admin,
      REPLICATION_USER: USERS.replication,
      REDIS_PORT,
      DATA,
      NAME: self.role.name,
      OWN_NAME: dnsName(self.role.name),
      MEMBERS: namesOf(members),
      BUCKET: bucket,
      BACKUP_PREFIX,
      RETENTION_DAYS: retentionDays,
    },
    [...CLI.functions, FUNCTIONS.prune, FUNCTIONS.stopWith],
  );
}

const SERVICE = `[Unit]
Description=Backup of Redis to the bucket

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/ape-redis-backup
`;

const TIMER = `[Unit]
Description=Hourly backup of Redis

[Timer]
OnCalendar=hourly
RandomizedDelaySec=5min
Persistent=true

[Install]
WantedBy=timers.target
`;
