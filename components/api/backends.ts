import { TLS } from "../model/tls";
import type { NodeFile } from "../model/role";

/** Where the data services are, and by which secrets they are opened. */
export interface Backends {
  readonly timescaledb: {
    /** The data nodes of each shard; of one when symbols are not spread. */
    readonly shards: readonly (readonly DatabaseHost[])[];
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

export interface DatabaseHost {
  readonly name: string;
  readonly address: string;
}

/** Ports of the node's own proxy for a shard, from 0; 5432 may be a database's on a shared node. */
export function proxyPorts(shard = 0): { readonly writer: number; readonly reader: number } {
  return { writer: 15432 + 2 * shard, reader: 15433 + 2 * shard };
}

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

${timescaledb.shards.map((hosts, shard) => shardSections(hosts, shard, timescaledb.patroni)).join("\n")}`;
}

function shardSections(hosts: readonly DatabaseHost[], shard: number, patroni: boolean): string {
  const suffix = shard === 0 ? "" : `-${shard + 1}`;
  const { writer, reader } = proxyPorts(shard);
  return [
    section({ name: `writer${suffix}`, port: writer, role: "/primary", hosts, patroni }),
    section({ name: `reader${suffix}`, port: reader, role: "/replica", hosts, patroni }),
  ].join("\n");
}

interface Section {
  readonly name: string;
  readonly port: number;
  readonly role: "/primary" | "/replica";
  readonly hosts: readonly DatabaseHost[];
  readonly patroni: boolean;
}

function section({ name, port, role, hosts, patroni }: Section): string {
  return [
    `listen timescaledb-${name}`,
    `    bind 127.0.0.1:${port}`,
    ...(patroni ? [`    option httpchk OPTIONS ${role}`, "    http-check expect status 200"] : []),
    ...hosts.map(({ name: host, address }) => `    server ${host} ${address}:${POOL_PORT} ${check(host, patroni)}`),
    ...(patroni && role === "/replica" ? fallback(hosts) : []),
    "",
  ].join("\n");
}

function check(host: string, patroni: boolean): string {
  return patroni
    ? `check port ${PATRONI_PORT} check-ssl verify required verifyhost ${host} ca-file ${TLS.ca} inter 1s fastinter 500ms downinter 500ms rise 1 fall 2 on-marked-down shutdown-sessions`
    : "check inter 1s rise 1 fall 3";
}

/** With no replica left, reads go on at the primary: whichever host answers. */
function fallback(hosts: readonly DatabaseHost[]): string[] {
  return [
    "    option redispatch 1",
    "    option allbackups",
    ...hosts.map(({ name, address }) => `    server ${name}-fallback ${address}:${POOL_PORT} backup`),
  ];
}
