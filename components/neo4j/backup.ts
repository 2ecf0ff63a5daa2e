import type { NodeFile, Placed } from "../model/role";
import { NEO4J_BACKUP_MINUTE, NEO4J_BACKUP_TIME } from "../model/schedule";
import type { Neo4jArgs } from "./args";
import { BACKUP_SCRIPT, RESTORE_SCRIPT } from "./backup-layout";
import { dumpScript } from "./dump";
import { licenceEnvironment, type Neo4jEdition } from "./licence";
import { onlineScript } from "./online";
import { restoreDumpScript } from "./restore-dump";
import { restoreOnlineScript } from "./restore-online";

export const BACKUP_TIMER = "ape-neo4j-backup.timer";

/**
 * Memory of a backup in MiB, in addition to the server's: heap 256, page cache 128, and JVM overhead.
 */
const BACKUP_MIB = 768;

export type Neo4jBackup = Pick<Neo4jArgs, "cloud" | "backup" | "edition" | "licence" | "version">;

/** When each edition is backed up, as a systemd calendar expression. */
const CALENDARS: Readonly<Record<Neo4jEdition, string>> = {
  community: `*-*-* ${NEO4J_BACKUP_TIME}:00 UTC`,
  enterprise: `*-*-* *:${NEO4J_BACKUP_MINUTE}:00 UTC`,
};

/**
 * Community Edition: a nightly dump, which requires a stop of the server. Enterprise Edition: hourly online backups, full
 * in the backup hour and differential otherwise.
 */
export function backupFiles(args: Neo4jBackup, self: Placed, all: readonly Placed[]): NodeFile[] {
  const online = args.edition === "enterprise";
  return [
    {
      path: BACKUP_SCRIPT,
      mode: "0755",
      content: online ? onlineScript(args, self, all) : dumpScript(args.backup, self.role.name),
    },
    {
      path: RESTORE_SCRIPT,
      mode: "0755",
      content: online ? restoreOnlineScript(args, all) : restoreDumpScript(args.backup.bucket, self.role.name),
    },
    { path: "/etc/systemd/system/ape-neo4j-backup.service", content: service(args) },
    {
      path: `/etc/systemd/system/${BACKUP_TIMER}`,
      content: timer(CALENDARS[args.edition]),
      restarts: BACKUP_TIMER,
    },
  ];
}

/** Not in the role's slice: all of the slice's memory belongs to the server. */
function service({ licence, edition }: Neo4jBackup): string {
  return `${[
    "[Unit]",
    "Description=Backup of Neo4j to the backup bucket",
    "After=neo4j.service",
    "",
    "[Service]",
    "Type=oneshot",
    // A dump stops and starts the server, so it runs as root.
    ...(edition === "enterprise" ? ["User=neo4j"] : []),
    `ExecStart=${BACKUP_SCRIPT}`,
    "Environment=HEAP_SIZE=256m",
    ...licenceEnvironment(licence),
    `MemoryMax=${BACKUP_MIB}M`,
    "OOMScoreAdjust=1000",
    "Nice=10",
    "IOWeight=20",
  ].join("\n")}\n`;
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
