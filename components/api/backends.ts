import { TLS } from "../node/bootstrap/bundle";
import type { NodeFile } from "../node/role";

/** Where the data services are, and by which secrets they are opened. */
export interface Backends {
  readonly timescaledb: {
    readonly hosts: readonly { readonly name: string; readonly address: string }[];
    readonly database: string;
    /** Whether Patroni says on port 8008 which host is the primary; a lone host needs no asking. */
    readonly patroni: boolean;
  };
  readonly neo4j: { readonly uri: string; readonly members: readonly string[] };
  readonly redis: {
    readonly url?: string;
    readonly sentinels: readonly string[];
    readonly masterName?: string;
    readonly cluster: readonly string[];
  };
}

/** Ports of the node's own proxy; 5432 may be a database's on a shared node. */
export const PROXY = { writer: 15432, reader: 15433 } as const;

const PATRONI_PORT = 8008;
/** PgBouncer on each data node. */
const POOL_PORT = 6432;

/** HAProxy on each API node: the writer port always leads to the primary, the reader port to a replica if there is one. */
export function backendFiles(backends: Backends): NodeFile[] {
  return [
    {
      path: "/etc/haproxy/haproxy.cfg",
      content: haproxyConfiguration(backends.timescaledb),
      reloads: "haproxy.service",
    },
  ];
}

/** The whole of haproxy.cfg. TLS is between the client and PostgreSQL; the proxy passes bytes. */
export function haproxyConfiguration(timescaledb: Backends["timescaledb"]): string {
  return `global
    user haproxy
    group haproxy
    log stdout format raw local0
    stats socket /run/haproxy/admin.sock mode 660 level admin

defaults
    mode tcp
    log global
    option tcplog
    option clitcpka
    option srvtcpka
    timeout connect 3s
    # Idle connections belong to pools; the database closes those that forget a transaction.
    timeout client 1h
    timeout server 1h
    timeout check 2s

${section("writer", PROXY.writer, timescaledb, "/primary")}
${section("reader", PROXY.reader, timescaledb, "/replica")}`;
}

function section(name: string, port: number, { hosts, patroni }: Backends["timescaledb"], role: string): string {
  return [
    `listen timescaledb-${name}`,
    `    bind 127.0.0.1:${port}`,
    ...(patroni ? [`    option httpchk OPTIONS ${role}`, "    http-check expect status 200"] : []),
    ...hosts.map(({ name: host, address }) => `    server ${host} ${address}:${POOL_PORT} ${check(host, patroni)}`),
    ...(patroni && name === "reader" ? fallback(hosts) : []),
    "",
  ].join("\n");
}

function check(host: string, patroni: boolean): string {
  return patroni
    ? `check port ${PATRONI_PORT} check-ssl verify required verifyhost ${host} ca-file ${TLS.ca} inter 1s fastinter 500ms downinter 500ms rise 1 fall 2 on-marked-down shutdown-sessions`
    : "check inter 1s rise 1 fall 3";
}

/** With no replica left, reads go on at the primary: whichever host answers. */
function fallback(hosts: Backends["timescaledb"]["hosts"]): string[] {
  return [
    "    option redispatch 1",
    "    option allbackups",
    ...hosts.map(({ name, address }) => `    server ${name}-fallback ${address}:${POOL_PORT} backup`),
  ];
}
