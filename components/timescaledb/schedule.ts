import { sliceOf, type NodeFile } from "../model/role";
import { MOUNT } from "./topology";

/** A kind of backup and when it is taken. */
interface Schedule {
  readonly type: "full" | "diff" | "incr";
  readonly title: string;
  /** systemd calendar expression, UTC: machines keep no other time. */
  readonly calendar: string;
  /** Also once this long after the timer starts. */
  readonly afterStart?: string;
}

/** 02:00 is the Scaling Strategy's hour. The hourly one leaves it out, and makes the very first backup of a new server. */
const SCHEDULES: readonly Schedule[] = [
  { type: "full", title: "weekly full", calendar: "Sun *-*-* 02:00:00 UTC" },
  { type: "diff", title: "daily differential", calendar: "Mon..Sat *-*-* 02:00:00 UTC" },
  { type: "incr", title: "hourly incremental", calendar: "*-*-* 00..01,03..23:00:00 UTC", afterStart: "1min" },
];

/** Held by whoever reads or replaces the whole database. */
export const BACKUP_LOCK = `${MOUNT}/backup.lock`;

const SCRIPT = "/usr/local/lib/ape/timescaledb-backup";

/** The timers to enable and start. */
export const BACKUP_TIMERS: readonly string[] = SCHEDULES.map(({ type }) => timer(type));

/** Script, service template and timers of the backups: on every data node, at work only on the primary. */
export function backupFiles(): NodeFile[] {
  return [
    { path: SCRIPT, content: BACKUP_SCRIPT, mode: "0755" },
    { path: "/etc/systemd/system/timescaledb-backup@.service", content: BACKUP_SERVICE },
    ...SCHEDULES.map((schedule) => ({
      path: `/etc/systemd/system/${timer(schedule.type)}`,
      content: timerUnit(schedule),
      restarts: timer(schedule.type),
    })),
  ];
}

const BACKUP_SCRIPT = `#!/bin/bash
# timescaledb-backup full|diff|incr: backs up the primary; does nothing on a standby. Backups wait for one another.
set -euo pipefail
exec 9>>${BACKUP_LOCK}
flock 9
if [[ $(psql -XAtqd postgres -c 'SELECT pg_is_in_recovery()') == t ]]; then
  echo "this is a standby; the primary makes the backup"
  exit 0
fi
pgbackrest --stanza=main stanza-create
pgbackrest --stanza=main --type="$1" backup
`;

/** Tried again when the bucket can't be reached: a backup that is late is better than one that is left out. */
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
    // Made up for after a stop, if one was due in the meantime.
    "Persistent=true",
    "",
    "[Install]",
    "WantedBy=timers.target",
    "",
  ].join("\n");
}
