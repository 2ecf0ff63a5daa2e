import { secretMark, type NodeFile } from "../node/role";
import { TLS } from "../node/bootstrap/bundle";
import { SPOOL_DIRECTORY } from "./pgbackrest";
import { API_SECRET, APP_USER, MONITORING_USER, REPLICATION_USER, REWIND_USER, SERVER_SECRET } from "./secrets";
import { BIN_DIRECTORY, DATA_DIRECTORY, SOCKET_DIRECTORY } from "./topology";

/** Makes the data directory; run as the system user postgres, by the bootstrap or by Patroni. */
export const CREATE_SCRIPT = "/usr/local/lib/ape/timescaledb-create";

/** Declares roles, database and extensions on the primary, at every start and whenever they change. */
export const DATABASE_UNIT = "timescaledb-database.service";

const DATABASE_SCRIPT = "/usr/local/lib/ape/timescaledb-database";
const SERVER_SQL = "/etc/ape/timescaledb/server.sql";
const DATABASE_SQL = "/etc/ape/timescaledb/database.sql";

export interface DatabaseArgs {
  readonly database: string;
  /** The unit that runs the server. */
  readonly server: string;
  /** Shell commands that the primary also runs once the database is declared. */
  readonly primary: readonly string[];
  /** Shell commands that a standby runs instead. */
  readonly standby: readonly string[];
}

/** What makes a data directory a database: scripts, SQL and the unit that applies it. */
export function databaseFiles(args: DatabaseArgs): NodeFile[] {
  const { database, server } = args;
  const restarts = DATABASE_UNIT;
  return [
    { path: CREATE_SCRIPT, content: CREATE, mode: "0755" },
    { path: DATABASE_SCRIPT, content: declaration(args), mode: "0755", restarts },
    { path: SERVER_SQL, content: serverSql(database), owner: "postgres", mode: "0600", restarts },
    { path: DATABASE_SQL, content: DATABASE_CONTENT, restarts },
    { path: `/etc/systemd/system/${DATABASE_UNIT}`, content: unit(server) },
  ];
}

/**
 * A new directory is made aside and then renamed, so that a half-made one is never taken for a database. Page checksums
 * find damaged disks and let a former primary be rewound. Sorting is by PostgreSQL's own C.UTF-8: an upgrade of the
 * system's locales would otherwise silently corrupt indexes.
 */
const CREATE = `#!/bin/bash
# Makes the data directory where there is none: from the newest backup if the bucket has one, otherwise new and empty.
set -euo pipefail
readonly TARGET=${DATA_DIRECTORY}
[[ ! -e $TARGET/global/pg_control ]] || exit 0
install -d -m 0700 "$(dirname $TARGET)" ${SPOOL_DIRECTORY}
if backups=$(timeout 30 pgbackrest --stanza=main --output=json --log-level-console=off info) &&
  jq -e 'any(.[]; .backup | length > 0)' <<<"$backups" >/dev/null; then
  echo "restoring the newest backup"
  exec pgbackrest --stanza=main restore
fi
echo "no backup can be read: starting with an empty database"
rm -rf "$TARGET.new"
${BIN_DIRECTORY}/initdb --pgdata="$TARGET.new" --data-checksums --encoding=UTF8 --locale-provider=builtin \\
  --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256 --no-instructions
if [[ -d $TARGET ]]; then rmdir "$TARGET"; fi
mv "$TARGET.new" "$TARGET"
`;

function declaration({ database, primary, standby }: DatabaseArgs): string {
  const steps = (commands: readonly string[]): string => commands.map((command) => `  ${command} || return\n`).join("");
  return `#!/bin/bash
# Waits for the server. On the primary: declares roles, database and extensions. A standby has them from the primary.
set -uo pipefail
export PGHOST=${SOCKET_DIRECTORY}
state() {
  psql -XAtqd postgres <<'SQL'
SELECT CASE WHEN NOT pg_is_in_recovery() THEN 'primary'
            WHEN EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 'standby' ELSE 'recovering' END
SQL
}
declare_all() {
  psql -Xqd postgres -v ON_ERROR_STOP=1 -f ${SERVER_SQL} || return
  # New library files need this before all else in a session; it fails only where the extension is not there yet.
  psql -Xqd ${database} -c 'ALTER EXTENSION timescaledb UPDATE' 2>/dev/null
  psql -Xqd ${database} -v ON_ERROR_STOP=1 -f ${DATABASE_SQL} || return
${steps(primary)}}
follow() {
${steps(standby.length > 0 ? standby : ["true"])}}
while true; do
  case $(state 2>/dev/null) in
    primary) if declare_all; then exit 0; fi ;;
    standby) if follow; then exit 0; fi ;;
  esac
  sleep 2
done
`;
}

function unit(server: string): string {
  return `[Unit]
Description=TimescaleDB: roles, database and extensions
Wants=${server}
After=${server}

[Service]
Type=oneshot
RemainAfterExit=yes
User=postgres
TimeoutStartSec=15min
ExecStart=${DATABASE_SCRIPT}

[Install]
WantedBy=multi-user.target
`;
}

/** Passwords are set anew at every start, which is how a rotated one arrives; no statement with one is ever logged or kept. */
function serverSql(database: string): string {
  const password = (role: string, secret: string, field: string): string =>
    `ALTER ROLE ${role} PASSWORD '${secretMark(secret, field)}';`;
  return `SET log_min_error_statement = panic;
SET log_min_duration_statement = -1;
SET log_statement = none;
SET pg_stat_statements.track_utility = off;
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['${APP_USER}', '${MONITORING_USER}', '${REPLICATION_USER}', '${REWIND_USER}']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \\gexec

${password(APP_USER, API_SECRET, "password")}
${password(MONITORING_USER, SERVER_SECRET, "monitoring")}
${password(REPLICATION_USER, SERVER_SECRET, "replication")}
${password(REWIND_USER, SERVER_SECRET, "rewind")}

GRANT pg_monitor TO ${MONITORING_USER};
ALTER ROLE ${REPLICATION_USER} REPLICATION;
-- What pg_rewind reads from the primary.
GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean), pg_read_binary_file(text),
  pg_read_binary_file(text, bigint, bigint, boolean) TO ${REWIND_USER};

CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
SELECT 'CREATE DATABASE ${database} OWNER ${APP_USER}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${database}') \\gexec
REVOKE ALL ON DATABASE ${database} FROM PUBLIC;
GRANT CONNECT ON DATABASE ${database} TO ${MONITORING_USER};
`;
}

const DATABASE_CONTENT = `SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
`;

/** Succeeds once the server on this machine takes writes. */
export function primaryHealth(database: string): string {
  return `runuser -u postgres -- psql -XAtqd ${database} -c 'SELECT NOT pg_is_in_recovery()' | grep -qx t`;
}

/** Succeeds once Patroni's PostgreSQL on this machine runs, as primary or as standby. */
export function memberHealth(url: string): string {
  return `curl -fsS --cacert ${TLS.ca} -o /dev/null ${url}/health`;
}
