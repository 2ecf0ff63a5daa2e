import { sliceOf, type NodeFile } from "../model/role";
import { BIN_DIRECTORY, MOUNT, SOCKET_DIRECTORY } from "./topology";
import { CONFIG_DIRECTORY } from "./postgresql";
import { BACKUP_LOCK } from "./schedule";

/** Where the checks leave their figures, in Prometheus' text format: a node exporter's textfile directory. */
export const METRICS_DIRECTORY = "/var/lib/ape/metrics";

/** Hours after which a backup is missed: they are taken hourly, and one may take long or be tried again. */
const NEWEST_HOURS = 3;
/** Days after which a full backup is missed: they are taken weekly. */
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
    title: "a write a minute, by which a restore shows how much it lost",
    calendar: "*-*-* *:*:00 UTC",
    script: heartbeatScript,
  },
  {
    name: "backup-check",
    title: "whether the backups are there and recent",
    calendar: "*-*-* *:30:00 UTC",
    script: checkScript,
  },
  {
    name: "backup-verify",
    title: "every file of the backups against its checksum",
    calendar: "Sat *-*-* 03:00:00 UTC",
    script: verifyScript,
  },
  {
    name: "restore-test",
    title: "a restore, tried",
    calendar: "Sat *-*-* 04:00:00 UTC",
    script: restoreTestScript,
  },
];

/** The timers to enable and start. */
export const VERIFY_TIMERS: readonly string[] = CHECKS.map(({ name }) => `timescaledb-${name}.timer`);

/** What notices a backup that can't be restored before it is needed. */
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

/** The database comes first: when memory is short a check ends, not the server. */
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

function head(what: string): string {
  return `#!/bin/bash
# ${what}
set -euo pipefail
export PGHOST=${SOCKET_DIRECTORY}
is_standby() { [[ $(psql -XAtqd postgres -c 'SELECT pg_is_in_recovery()') == t ]]; }
`;
}

function reporting(name: string): string {
  return `
problems=0
problem() { # problem TEXT
  echo "PROBLEM: $*" >&2
  problems=$((problems + 1))
}
metric() { # metric NAME VALUE
  echo "ape_timescaledb_$1 $2" >>"$metrics"
}
metrics=$(mktemp ${METRICS_DIRECTORY}/.${name}.XXXXXX)
chmod 0644 "$metrics"
report() {
  metric ${name.replace(/-/g, "_")}_problems "$problems"
  metric ${name.replace(/-/g, "_")}_at_seconds "$(date +%s)"
  mv "$metrics" ${METRICS_DIRECTORY}/timescaledb-${name}.prom
  ((problems == 0)) || exit 1
}
`;
}

function heartbeatScript(): string {
  return `${head("Writes the time, on the primary.")}
is_standby && exit 0
psql -Xqd postgres -v ON_ERROR_STOP=1 <<'SQL'
SET statement_timeout = '30s';
INSERT INTO heartbeat (at) VALUES (clock_timestamp()) ON CONFLICT ((true)) DO UPDATE SET at = EXCLUDED.at;
SQL
`;
}

function checkScript(): string {
  return `${head("Looks whether the backups are there, recent and whole, and whether WAL arrives. The primary looks.")}${reporting("backup-check")}
if is_standby; then
  rm -f "$metrics"
  exit 0
fi
info=$(pgbackrest --stanza=main --output=json --log-level-console=off info)
newest() { jq -r "[.[].backup[]? | select($1).timestamp.stop] | max // 0" <<<"$info"; }
any=$(newest true)
full=$(newest '.type == "full"')
if ((any == 0)); then
  problem "the bucket has no backup: $(jq -c '[.[].status.message]' <<<"$info")"
else
  age=$(($(date +%s) - any))
  metric backup_age_seconds "$age"
  ((age < ${NEWEST_HOURS} * 3600)) || problem "the newest backup is $((age / 3600)) h old; one is taken every hour"
  age=$(($(date +%s) - full))
  ((age < ${FULL_DAYS} * 86400)) || problem "the newest full backup is $((age / 86400)) days old; one is taken every week"
  for label in $(jq -r '.[].backup[] | select(.error == true).label' <<<"$info"); do
    problem "backup $label holds pages with wrong checksums"
  done
fi
said=$(pgbackrest --stanza=main --log-level-console=warn check 2>&1) || problem "WAL does not arrive: $(grep -m 1 ERROR <<<"$said")"
report
`;
}

/** Reads the whole repository once. pgBackRest names each file that is missing or damaged. */
function verifyScript(patroni: boolean): string {
  return `${head("Reads every file of the backups and compares it with its checksum.")}${reporting("backup-verify")}
${turn(patroni)}
if ! found=$(pgbackrest --stanza=main --output=text --verbose --log-level-console=error verify 2>&1); then
  problem "the backups can't be verified"
fi
while read -r line; do problem "$line"; done < <(grep -E 'error|invalid|missing|corrupt|mismatch' <<<"$found" | grep -vE '(missing|checksum invalid|size invalid|other): 0' || true)
echo "$found"
report
`;
}

/**
 * Restores the newest state beside the running database into a server of its own that nobody reaches, and reads all of
 * it. A standby does it where there is one.
 */
function restoreTestScript(patroni: boolean): string {
  const directory = `${MOUNT}/restore-test`;
  const configuration = patroni
    ? ""
    : ` -c config_file=${CONFIG_DIRECTORY}/postgresql.conf -c data_directory=${directory}`;
  return `${head("Restores the newest state aside, starts a server on it, and reads all of it.")}${reporting("restore-test")}
readonly DIRECTORY=${directory}
${turn(patroni)}
exec 9>>${BACKUP_LOCK}
flock 9
stop() { ${BIN_DIRECTORY}/pg_ctl --pgdata="$DIRECTORY" --mode=immediate --silent stop 2>/dev/null || true; }
clean() {
  stop
  rm -rf "$DIRECTORY"
}
trap clean EXIT
clean
needed=$(pgbackrest --stanza=main --output=json --log-level-console=off info | jq '[.[].backup[]?] | max_by(.timestamp.stop).info.size // 0')
free=$(($(stat -f -c '%a * %S' ${MOUNT})))
if ((needed == 0)); then
  problem "the bucket has no backup"
  report
fi
# With room for the WAL that comes on top.
needed=$((needed * 6 / 5))
if ((needed > free)); then
  problem "a test needs $((needed / 1048576)) MiB, and ${MOUNT} has $((free / 1048576)) MiB free: let the disk grow"
  report
fi
began=$(date +%s)
install -d -m 0700 "$DIRECTORY"
if ! said=$(pgbackrest --stanza=main --pg1-path="$DIRECTORY" --archive-mode=off --log-level-console=error restore 2>&1); then
  problem "the newest backup can't be restored: $(grep -m 1 ERROR <<<"$said")"
  report
fi
# Small, alone, and with no part in replication; it never archives, for that would mix two histories.
settings="${configuration} -c listen_addresses= -c unix_socket_directories=$DIRECTORY -c port=5432 -c external_pid_file="
settings+=" -c shared_buffers=16MB -c max_connections=20 -c hot_standby=off -c ssl=off -c archive_mode=off -c logging_collector=off"
settings+=" -c synchronous_standby_names= -c log_destination=stderr -c cluster_name=restore-test -c primary_slot_name="
if ! ${BIN_DIRECTORY}/pg_ctl --pgdata="$DIRECTORY" --timeout=14400 --log="$DIRECTORY/restore-test.log" -o "$settings" --silent start 9>&-; then
  problem "no server starts on the restored backup: $(tail -n 3 "$DIRECTORY/restore-test.log" | tr '\\n' ' ')"
  report
fi
until [[ $(psql -XAtqh "$DIRECTORY" -d postgres -c 'SELECT pg_is_in_recovery()' 2>/dev/null) == f ]]; do sleep 1; done
metric restore_seconds $(($(date +%s) - began))
lost=$(psql -XAtqh "$DIRECTORY" -d postgres -c 'SELECT coalesce(ceil(extract(epoch FROM clock_timestamp() - max(at))), -1) FROM heartbeat')
metric restore_heartbeat_age_seconds $((lost - ($(date +%s) - began)))
if ! said=$(${BIN_DIRECTORY}/pg_amcheck --host="$DIRECTORY" --all --install-missing --no-strict-names 2>&1); then
  problem "the restored data are damaged: $(head -n 3 <<<"$said" | tr '\\n' ' ')"
fi
echo "restored in $(($(date +%s) - began)) s; the last write was $((lost - ($(date +%s) - began))) s old"
report
`;
}

/** Who does what reads everything: a standby where there is one. */
function turn(patroni: boolean): string {
  return patroni
    ? `if ! is_standby && psql -XAtqd postgres -c 'SELECT 1 FROM pg_stat_replication' | grep -q 1; then
  echo "the standby does this"
  rm -f "$metrics"
  exit 0
fi`
    : "";
}
