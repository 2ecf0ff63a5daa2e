import { join } from "node:path";
import { TLS } from "../model/tls";
import { secretMark, type NodeFile } from "../model/role";
import { renderScript } from "../node/script";
import { API_SECRET, APP_USER, MONITORING_USER, READ_ONLY_SECRET, READ_ONLY_USER, SERVER_SECRET } from "./secrets";
import { maxClients, poolSizes, type ServerSize } from "./sizing";
import { PORTS, SOCKET_DIRECTORY } from "./topology";

/** systemd unit of the connection pool. */
export const POOL_UNIT = "pgbouncer.service";

/** Reopens the pool's connections to the server once they are idle. Patroni runs it when the server's role changes. */
export const RECONNECT_SCRIPT = "/usr/local/lib/ape/pgbouncer-reconnect";

const HBA = "/etc/pgbouncer/hba.conf";
const USERS = "/etc/pgbouncer/userlist.txt";

export interface PoolArgs {
  readonly size: ServerSize;
  readonly database: string;
}

/**
 * PgBouncer on each data node is the only entry point for clients: it bounds the server's connections to what its memory
 * allows, regardless of the number of API processes. It runs in transaction mode: session state (SET, LISTEN, session
 * locks) is not supported; protocol-level prepared statements are.
 */
export function poolFiles(args: PoolArgs): NodeFile[] {
  const restarts = POOL_UNIT;
  const owned = { owner: "postgres", mode: "0600" };
  return [
    { path: "/etc/pgbouncer/pgbouncer.ini", content: configuration(args), ...owned, restarts },
    { path: HBA, content: accessRules(args), ...owned, reloads: POOL_UNIT },
    { path: USERS, content: USER_LIST, ...owned, reloads: POOL_UNIT },
    { path: RECONNECT_SCRIPT, content: reconnectScript(), mode: "0755" },
  ];
}

function configuration({ size, database }: PoolArgs): string {
  const { api, readOnly, reserve } = poolSizes(size);
  return `[databases]
${database} = host=${SOCKET_DIRECTORY} port=${PORTS.postgresql} dbname=${database} pool_size=${api}

[users]
${READ_ONLY_USER} = pool_size=${readOnly}

[pgbouncer]
listen_addr = *
listen_port = ${PORTS.pool}
unix_socket_dir = ${SOCKET_DIRECTORY}
pidfile = /run/postgresql/pgbouncer.pid
auth_type = hba
auth_hba_file = ${HBA}
auth_file = ${USERS}
client_tls_sslmode = require
client_tls_ca_file = ${TLS.ca}
client_tls_cert_file = ${TLS.certificate}
client_tls_key_file = ${TLS.key}
client_tls_protocols = secure
pool_mode = transaction
max_prepared_statements = 200
max_client_conn = ${maxClients(size)}
reserve_pool_size = ${reserve}
reserve_pool_timeout = 3
; Seconds a client waits for a free connection: less than the API's clients wait for the API (nginx: 60 s).
query_wait_timeout = 30
; A server restart takes seconds; PgBouncer's default retries only after 15.
server_login_retry = 1
server_connect_timeout = 5
server_idle_timeout = 300
server_lifetime = 3600
; Startup parameters that drivers send and the pool does not track.
ignore_startup_parameters = extra_float_digits,search_path,statement_timeout,options
stats_users = ${MONITORING_USER}
admin_users = postgres
log_connections = 0
log_disconnections = 0
`;
}

/**
 * Who may log in, over TLS and with a password; the first matching line decides. Only the firewall restricts networks, so
 * that the API can move without a change to the databases.
 */
function accessRules({ database }: PoolArgs): string {
  return [
    "# TYPE DATABASE USER ADDRESS METHOD",
    "local pgbouncer postgres peer",
    `hostssl pgbouncer ${MONITORING_USER} 127.0.0.1/32 scram-sha-256`,
    `hostssl ${database} ${APP_USER} 0.0.0.0/0 scram-sha-256`,
    `hostssl ${database} ${READ_ONLY_USER} 0.0.0.0/0 scram-sha-256`,
    "host all all 0.0.0.0/0 reject",
    "",
  ].join("\n");
}

/** The pool logs in to the server as each of its clients, so it requires their passwords. */
const USER_LIST = [
  ["postgres", ""],
  [APP_USER, secretMark(API_SECRET, "password")],
  [READ_ONLY_USER, secretMark(READ_ONLY_SECRET, "password")],
  [MONITORING_USER, secretMark(SERVER_SECRET, "monitoring")],
]
  .map(([user, password]) => `"${user}" "${password}"\n`)
  .join("");

function reconnectScript(): string {
  return renderScript(join(__dirname, "scripts/pool-reconnect.sh"), { SOCKET_DIRECTORY, POOL_PORT: PORTS.pool });
}
