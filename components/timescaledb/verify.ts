import { join } from "node:path";
import { sliceOf, type NodeFile } from "../model/role";
import { BACKUP_VERIFY_TIME, RESTORE_TEST_TIME } from "../model/schedule";
import { METRICS_DIRECTORY } from "../node/metrics";
import { renderScript, type ScriptVariables } from "../node/script";
import { BIN_DIRECTORY, MOUNT } from "./topology";
import { CONFIG_DIRECTORY } from "./postgresql";
import { BACKUP_LOCK, STANDBY } from "./schedule";

/** Maximum age of the newest backup, hours. Backups run hourly; one may be slow or be retried. */
const NEWEST_HOURS = 3;
/** Maximum age of the newest full backup, days. Full backups run weekly. */
const FULL_DAYS = 8;

interface Check {
  readonly name: string;
  readonly title: string;
  /** systemd calendar expression, UTC. */
  readonly calendar: string;
  readonly script: (patroni: boolean) => string;
}

const CHECKS: readonly Check[] = [
  {
    name: "heartbeat",
    title: "one write per minute, which shows how much a restore has lost",
    calendar: "*-*-* *:*:00 UTC",
    script: heartbeatScript,
  },
  {
    name: "backup-check",
    title: "check that backups exist and are recent",
    calendar: "*-*-* *:30:00 UTC",
    script: checkScript,
  },
  {
    name: "backup-verify",
    title: "verify the checksum of every backup file",
    calendar: `Sat *-*-* ${BACKUP_VERIFY_TIME}:00 UTC`,
    script: verifyScript,
  },
  {
    name: "restore-test",
    title: "test a restore",
    calendar: `Sat *-*-* ${RESTORE_TEST_TIME}:00 UTC`,
    script: restoreTestScript,
  },
];

/** The timers to enable and start. */
export const VERIFY_TIMERS: readonly string[] = CHECKS.map(({ name }) => `timescaledb-${name}.timer`);

/** Scheduled checks that detect an unusable backup before it is required. */
export function verifyFiles(patroni: boolean): NodeFile[] {
  return CHECKS.flatMap(({ name, title, calendar, script }) => [
    { path: scriptOf(name), content: script(patroni), mode: "0755" },
    { path: `/etc/systemd/system/timescaledb-${name}.service`, content: service(name, title) },
    {
      path: `/etc/systemd/system/timescaledb-${name}.timer`,
      content: timer(title, calendar),
      restarts: `timescaledb-${name}.timer`,
    },
  ]);
}

function scriptOf(name: string): string {
  return `/usr/local/lib/ape/timescaledb-${name}`;
}

/** The database has priority: if memory runs out, the check is killed, not the server. */
function service(name: string, title: string): string {
  return `[Unit]
Description=TimescaleDB: ${title}
RequiresMountsFor=${MOUNT}

[Service]
Type=oneshot
User=postgres
ExecStart=${scriptOf(name)}
Slice=${sliceOf("timescaledb")}
CPUWeight=20
IOWeight=20
Nice=10
OOMScoreAdjust=1000
`;
}

function timer(title: string, calendar: string): string {
  return `[Unit]
Description=TimescaleDB: ${title}

[Timer]
OnCalendar=${calendar}

[Install]
WantedBy=timers.target
`;
}

function heartbeatScript(): string {
  return renderScript(join(__dirname, "scripts/heartbeat.sh"), STANDBY.variables, STANDBY.functions);
}

function checkScript(): string {
  return report("backup-check", { NEWEST_HOURS, FULL_DAYS });
}

/** Reads the whole repository once. */
function verifyScript(): string {
  return report("backup-verify", {}, [TURN]);
}

/** Runs on the standby if there is one. The restored server is isolated from the network and from replication. */
function restoreTestScript(patroni: boolean): string {
  const directory = `${MOUNT}/restore-test`;
  const variables = {
    DIRECTORY: directory,
    MOUNT,
    BACKUP_LOCK,
    BIN_DIRECTORY,
    // Patroni keeps the configuration in the data directory, and so in the backups.
    SERVER_OPTIONS: patroni
      ? []
      : [`-c config_file=${CONFIG_DIRECTORY}/postgresql.conf`, `-c data_directory=${directory}`],
  };
  return report("restore-test", variables, [TURN]);
}

const TURN = join(__dirname, "scripts/turn.sh");

/** A check that publishes metrics. Its source has the check's name. */
function report(check: string, variables: ScriptVariables, functions: readonly string[] = []): string {
  return renderScript(
    join(__dirname, `scripts/${check}.sh`),
    { CHECK: check, METRICS_DIRECTORY, ...STANDBY.variables, ...variables },
    [...STANDBY.functions, join(__dirname, "scripts/report.sh"), ...functions],
  );
}
