import { secretMark } from "../model/role";
import {
  API_SECRET,
  APP_USER,
  MONITORING_USER,
  OWNER_ROLE,
  READ_ONLY_SECRET,
  READ_ONLY_USER,
  REPLICATION_USER,
  REWIND_USER,
  SERVER_SECRET,
} from "./secrets";

/** Login roles with the secret and field of their password. */
const LOGINS: Readonly<Record<string, readonly [secret: string, field: string]>> = {
  [APP_USER]: [API_SECRET, "password"],
  [READ_ONLY_USER]: [READ_ONLY_SECRET, "password"],
  [MONITORING_USER]: [SERVER_SECRET, "monitoring"],
  [REPLICATION_USER]: [SERVER_SECRET, "replication"],
  [REWIND_USER]: [SERVER_SECRET, "rewind"],
};

/**
 * The server's roles and its database, declared at each start, which also applies a rotated password. Statements with a
 * password are neither logged nor recorded. The tables' owner has no password, so no client can log in as it; it has the
 * LOGIN attribute because TimescaleDB's jobs run as it.
 */
export function serverSql(database: string): string {
  return `SET log_min_error_statement = panic;
SET log_min_duration_statement = -1;
SET log_statement = none;
SET pg_stat_statements.track_utility = off;
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY[${Object.keys(LOGINS)
    .map((role) => `'${role}'`)
    .join(", ")}]) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \\gexec
SELECT 'CREATE ROLE ${OWNER_ROLE} LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${OWNER_ROLE}') \\gexec

${Object.entries(LOGINS)
  .map(([role, [secret, field]]) => `ALTER ROLE ${role} PASSWORD '${secretMark(secret, field)}';\n`)
  .join("")}
GRANT pg_monitor TO ${MONITORING_USER};
ALTER ROLE ${REPLICATION_USER} REPLICATION;
ALTER ROLE ${READ_ONLY_USER} SET default_transaction_read_only = on;
-- Functions that pg_rewind calls on the primary.
GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean), pg_read_binary_file(text),
  pg_read_binary_file(text, bigint, bigint, boolean) TO ${REWIND_USER};

CREATE TABLE IF NOT EXISTS heartbeat (at timestamptz NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS heartbeat_one_row ON heartbeat ((true));

CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
SELECT 'CREATE DATABASE ${database} OWNER ${OWNER_ROLE}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${database}') \\gexec
ALTER DATABASE ${database} OWNER TO ${OWNER_ROLE};
REVOKE ALL ON DATABASE ${database} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO ${APP_USER};
GRANT CONNECT ON DATABASE ${database} TO ${READ_ONLY_USER}, ${MONITORING_USER};
`;
}

/** The extensions of the database. */
export const DATABASE_CONTENT = `SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
`;
