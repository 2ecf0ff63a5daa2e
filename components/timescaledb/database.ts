import type { NodeFile } from "../model/role";
import { TLS } from "../model/tls";
import { DATABASE_CONTENT, serverSql } from "./roles";
import { DEPLOY_SCRIPT } from "./schema";
import { SOCKET_DIRECTORY } from "./topology";

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
    { path: DATABASE_SCRIPT, content: declaration(args), mode: "0755", restarts },
    { path: SERVER_SQL, content: serverSql(database), owner: "postgres", mode: "0600", restarts },
    { path: DATABASE_SQL, content: DATABASE_CONTENT, restarts },
    { path: `/etc/systemd/system/${DATABASE_UNIT}`, content: unit(server) },
  ];
}

function declaration({ database, primary, standby }: DatabaseArgs): string {
  const steps = (commands: readonly string[]): string => commands.map((command) => `  ${command} || return\n`).join("");
  return `#!/bin/bash
# Waits for the server. On the primary: declares roles, database, extensions and schema. A standby has them from the primary.
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
  ${DEPLOY_SCRIPT} || return
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

/** Succeeds once the server on this machine takes writes. */
export function primaryHealth(database: string): string {
  return `runuser -u postgres -- psql -XAtqd ${database} -c 'SELECT NOT pg_is_in_recovery()' | grep -qx t`;
}

/** Succeeds once Patroni's PostgreSQL on this machine runs, as primary or as standby. */
export function memberHealth(url: string): string {
  return `curl -fsS --cacert ${TLS.ca} -o /dev/null ${url}/health`;
}
