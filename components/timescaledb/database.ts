import { join } from "node:path";
import type { NodeFile } from "../model/role";
import { TLS } from "../model/tls";
import { renderScript, type ScriptPart } from "../node/script";
import { DATABASE_CONTENT, serverSql } from "./roles";
import { DEPLOY_SCRIPT } from "./schema";
import { SOCKET_DIRECTORY } from "./topology";

/** Declares roles, database and extensions on the primary, at each start and whenever they change. */
export const DATABASE_UNIT = "timescaledb-database.service";

const DATABASE_SCRIPT = "/usr/local/lib/ape/timescaledb-database";
const SERVER_SQL = "/etc/ape/timescaledb/server.sql";
const DATABASE_SQL = "/etc/ape/timescaledb/database.sql";

export interface DatabaseArgs {
  readonly database: string;
  /** The systemd unit that runs the server. */
  readonly server: string;
  /** Defines `configure_primary` and `configure_standby`. */
  readonly configuration: ScriptPart;
}

/** A server that systemd runs: its configuration is complete when it starts. */
export const SINGLE_CONFIGURATION: ScriptPart = {
  functions: [join(__dirname, "scripts/database-single.sh")],
  variables: {},
};

/** The script and SQL that declare the database, and the unit that runs them. */
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

function declaration({ database, configuration }: DatabaseArgs): string {
  return renderScript(
    join(__dirname, "scripts/database.sh"),
    { SOCKET_DIRECTORY, DATABASE: database, SERVER_SQL, DATABASE_SQL, DEPLOY_SCRIPT, ...configuration.variables },
    configuration.functions,
  );
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

/** Succeeds once the server on this node accepts writes. */
export function primaryHealth(database: string): string {
  return `runuser -u postgres -- psql -XAtqd ${database} -c 'SELECT NOT pg_is_in_recovery()' | grep -qx t`;
}

/** Succeeds while Patroni's PostgreSQL on this node runs, as primary or as standby. */
export function memberHealth(url: string): string {
  return `curl -fsS --cacert ${TLS.ca} -o /dev/null ${url}/health`;
}
