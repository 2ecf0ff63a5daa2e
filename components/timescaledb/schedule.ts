import { join } from "node:path";
import { sliceOf, type NodeFile } from "../model/role";
import { OTHER_HOURS, TIMESCALEDB_BACKUP_TIME } from "../model/schedule";
import { renderScript, type ScriptPart } from "../node/script";
import { MOUNT, SOCKET_DIRECTORY } from "./topology";

/** A type of backup and its schedule. */
interface Schedule {
  readonly type: "full" | "diff" | "incr";
  readonly title: string;
  /** systemd calendar expression, UTC. */
  readonly calendar: string;
  /** Additional run this long after the timer starts. */
  readonly afterStart?: string;
}

/** The hourly backup skips the backup hour. It also takes the first backup of a new server. */
const SCHEDULES: readonly Schedule[] = [
  { type: "full", title: "weekly full", calendar: `Sun *-*-* ${TIMESCALEDB_BACKUP_TIME}:00 UTC` },
  { type: "diff", title: "daily differential", calendar: `Mon..Sat *-*-* ${TIMESCALEDB_BACKUP_TIME}:00 UTC` },
  { type: "incr", title: "hourly incremental", calendar: `*-*-* ${OTHER_HOURS}:00:00 UTC`, afterStart: "1min" },
];

/** Lock held while the whole database is read or replaced. */
export const BACKUP_LOCK = `${MOUNT}/backup.lock`;

const SCRIPT = "/usr/local/lib/ape/timescaledb-backup";

/** The function `is_standby`. */
export const STANDBY: ScriptPart = {
  functions: [join(__dirname, "scripts/standby.sh")],
  variables: { SOCKET_DIRECTORY },
};

/** The timers to enable and start. */
export const BACKUP_TIMERS: readonly string[] = SCHEDULES.map(({ type }) => timer(type));

/** Script, service template and timers of the backups: on every data node, active only on the primary. */
export function backupFiles(): NodeFile[] {
  return [
    { path: SCRIPT, content: backupScript(), mode: "0755" },
    { path: "/etc/systemd/system/timescaledb-backup@.service", content: BACKUP_SERVICE },
    ...SCHEDULES.map((schedule) => ({
      path: `/etc/systemd/system/${timer(schedule.type)}`,
      content: timerUnit(schedule),
      restarts: timer(schedule.type),
    })),
  ];
}

function backupScript(): string {
  return renderScript(join(__dirname, "scripts/backup.sh"), { BACKUP_LOCK, ...STANDBY.variables }, STANDBY.functions);
}

/** Retries while the bucket is unreachable: a late backup is better than a skipped one. */
const BACKUP_SERVICE = `[Unit]
Description=TimescaleDB: %i backup
Wants=network-online.target
After=network-online.target
RequiresMountsFor=${MOUNT}

[Service]
Type=oneshot
User=postgres
ExecStart=${SCRIPT} %i
Restart=on-failure
RestartSec=5min
Slice=${sliceOf("timescaledb")}
# The database comes first.
CPUWeight=20
IOWeight=20
Nice=10
`;

function timer(type: Schedule["type"]): string {
  return `timescaledb-backup-${type}.timer`;
}

function timerUnit({ type, title, calendar, afterStart }: Schedule): string {
  return [
    "[Unit]",
    `Description=TimescaleDB: ${title} backup`,
    "",
    "[Timer]",
    `Unit=timescaledb-backup@${type}.service`,
    `OnCalendar=${calendar}`,
    ...(afterStart === undefined ? [] : [`OnActiveSec=${afterStart}`]),
    // Catches up after downtime.
    "Persistent=true",
    "",
    "[Install]",
    "WantedBy=timers.target",
    "",
  ].join("\n");
}
