import { TLS } from "../model/tls";
import { secretMark, type NodeFile } from "../model/role";
import { API_SECRET, APP_USER, MONITORING_USER, READ_ONLY_SECRET, READ_ONLY_USER, SERVER_SECRET } from "./secrets";
import { maxClients, poolSizes, type ServerSize } from "./sizing";
import { PORTS, SOCKET_DIRECTORY } from "./topology";

/** systemd unit of the connection pool. */
export const POOL_UNIT = "pgbouncer.service";

/** Closes the pool's connections to the server once they are idle; run when the server has become another one. */
export const RECONNECT_SCRIPT = "/usr/local/lib/ape/pgbouncer-reconnect";

const HBA = "/etc/pgbouncer/hba.conf";
const USERS = "/etc/pgbouncer/userlist.txt";

export interface PoolArgs {
  readonly size: ServerSize;
  readonly database: string;
}

/**
 * PgBouncer on each data node is the only way in for clients: however many API processes there are, the server never has
 * more connections than its memory allows. A connection to the server is a client's for one transaction, so what outlives
 * one (SET, LISTEN, session locks) does not work; prepared statements of the protocol do.
 */
export function poolFiles(args: PoolArgs): NodeFile[] {
  const restarts = POOL_UNIT;
  const owned = { owner: "postgres", mode: "0600" };
  return [
    { path: "/etc/pgbouncer/pgbouncer.ini", content: configuration(args), ...owned, restarts },
    { path: HBA, content: accessRules(args), ...owned, reloads: POOL_UNIT },
    { path: USERS, content: USER_LIST, ...owned, reloads: POOL_UNIT },
    { path: RECONNECT_SCRIPT, content: RECONNECT, mode: "0755" },
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
; A client waits for a free connection no longer than the API's own clients wait for it (nginx: 60 s).
query_wait_timeout = 30
; A server that restarts is back within seconds; PgBouncer's default would not look for 15.
server_login_retry = 1
server_connect_timeout = 5
server_idle_timeout = 300
server_lifetime = 3600
; What drivers send at the start of a session, and the pool doesn't keep.
ignore_startup_parameters = extra_float_digits,search_path,statement_timeout,options
stats_users = ${MONITORING_USER}
admin_users = postgres
log_connections = 0
log_disconnections = 0
`;
}

/**
 * Who may log in, over TLS and with a password; the first line that matches decides. Which networks may come so far is the
 * firewall's to say, and nobody else's: where the API runs can change without a word to the databases.
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

/** The pool logs in to the server as each of its clients, and so must know their passwords. */
const USER_LIST = [
  ["postgres", ""],
  [APP_USER, secretMark(API_SECRET, "password")],
  [READ_ONLY_USER, secretMark(READ_ONLY_SECRET, "password")],
  [MONITORING_USER, secretMark(SERVER_SECRET, "monitoring")],
]
  .map(([user, password]) => `"${user}" "${password}"\n`)
  .join("");

const RECONNECT = `#!/bin/bash
# The server's part has changed: the pool's connections to it say so only when they are new.
psql -Xqh ${SOCKET_DIRECTORY} -p ${PORTS.pool} -U postgres pgbouncer -c RECONNECT >/dev/null 2>&1 || true
`;
