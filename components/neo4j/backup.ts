import type { NodeFile, Placed } from "../model/role";
import type { Cloud } from "../model/cloud";
import { BACKUP_SCRIPT, RESTORE_SCRIPT } from "./backup-layout";
import { dumpScript } from "./dump";
import { licenceEnvironment, type Neo4jEdition, type Neo4jLicence } from "./licence";
import { onlineScript } from "./online";
import { restoreDumpScript } from "./restore-dump";
import { restoreOnlineScript } from "./restore-online";
import type { VersionName } from "./version";

export const BACKUP_TIMER = "ape-neo4j-backup.timer";

/**
 * Memory of a backup in MiB, beside the server's own: a heap of 256, page cache of 128, and what a JVM takes beside them.
 */
const BACKUP_MIB = 768;

export interface Neo4jBackup {
  readonly cloud: Cloud;
  /** Whole name of the bucket. */
  readonly bucket: string;
  /** Days that a backup can be restored. */
  readonly retentionDays: number;
  readonly edition: Neo4jEdition;
  readonly licence: Neo4jLicence;
  readonly version: VersionName;
}

/** When each edition is backed up, as a systemd calendar: by night, away from TimescaleDB's at full hours. */
export const CALENDARS: Readonly<Record<Neo4jEdition, string>> = {
  community: "*-*-* 02:30:00 UTC",
  enterprise: "*-*-* *:30:00 UTC",
};

/**
 * Community Edition: a nightly dump, for which the server has to stop. Enterprise Edition: hourly, online; whole at
 * night, otherwise what has changed since.
 */
export function backupFiles(args: Neo4jBackup, self: Placed, all: readonly Placed[]): NodeFile[] {
  const online = args.edition === "enterprise";
  return [
    {
      path: BACKUP_SCRIPT,
      mode: "0755",
      content: online ? onlineScript(args, self, all) : dumpScript(args, self.role.name),
    },
    {
      path: RESTORE_SCRIPT,
      mode: "0755",
      content: online ? restoreOnlineScript(args, all) : restoreDumpScript(args.bucket, self.role.name),
    },
    { path: "/etc/systemd/system/ape-neo4j-backup.service", content: service(args) },
    {
      path: `/etc/systemd/system/${BACKUP_TIMER}`,
      content: timer(CALENDARS[args.edition]),
      restarts: BACKUP_TIMER,
    },
  ];
}

/** Not in the role's slice: the server beside it has a right to all of that memory. */
function service({ licence, edition }: Neo4jBackup): string {
  return `${[
    "[Unit]",
    "Description=Backup of Neo4j to the backup bucket",
    "After=neo4j.service",
    "",
    "[Service]",
    "Type=oneshot",
    // Who dumps has to stop and start the server.
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
