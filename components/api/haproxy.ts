import { TLS } from "../model/tls";
import type { DatabaseHost, TimescaleDbBackend } from "./args";

/** Where HAProxy listens: only processes of the same node or pod reach it. */
export const PROXY_ADDRESS = "127.0.0.1";

/** Ports of HAProxy for a shard, counted from 0. Not 5432, which a database on a shared node may use. */
export function proxyPorts(shard = 0): { readonly writer: number; readonly reader: number } {
  return { writer: 15432 + 2 * shard, reader: 15433 + 2 * shard };
}

/** Where HAProxy runs. */
export interface HaproxyPlace {
  /** Set where the names of the stack's hosts resolve: hosts may move to other addresses. */
  readonly names?: true;
  /** Authority that signs the certificates of Patroni's REST API: a path. */
  readonly caFile: string;
  /**
   * Set where HAProxy runs as an unprivileged user in a container of a limited size. Without it, HAProxy runs as Debian's
   * service: it starts as root and sizes itself by the machine.
   */
  readonly confined?: { readonly threads: number; readonly maxConnections: number };
}

/** As a service of a node. */
export const ON_NODE: HaproxyPlace = { names: true, caFile: TLS.ca };

/** The socket on a node that changes HAProxy while it runs. */
export const PROXY_SOCKET = "/run/haproxy/admin.sock";

/** What the name of a server has after the host's that takes reads while there is no replica. */
export const FALLBACK = "-fallback";

/**
 * Renders haproxy.cfg. The writer port leads to the primary; the reader port leads to a replica, or to the primary without
 * one. TLS is end to end between the client and the database: HAProxy forwards bytes.
 */
export function haproxyConfiguration(timescaledb: TimescaleDbBackend, place: HaproxyPlace): string {
  return `global
${processes(place)}
    log stdout format raw local0
${place.confined === undefined ? `    stats socket ${PROXY_SOCKET} mode 660 level admin\n` : ""}
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

${timescaledb.shards.map((hosts, shard) => shardSections({ ...timescaledb, ...place, hosts }, shard)).join("\n")}`;
}

function processes({ confined }: HaproxyPlace): string {
  return confined === undefined
    ? "    user haproxy\n    group haproxy"
    : `    nbthread ${confined.threads}\n    maxconn ${confined.maxConnections}`;
}

/** The servers of one shard, and how they are checked. */
interface Servers extends Pick<TimescaleDbBackend, "poolPort" | "patroniPort">, Pick<HaproxyPlace, "caFile" | "names"> {
  readonly hosts: readonly DatabaseHost[];
}

function shardSections(servers: Servers, shard: number): string {
  const suffix = shard === 0 ? "" : `-${shard + 1}`;
  const { writer, reader } = proxyPorts(shard);
  return [
    section({ name: `writer${suffix}`, port: writer, role: "/primary" }, servers),
    section({ name: `reader${suffix}`, port: reader, role: "/replica" }, servers),
  ].join("\n");
}

interface Section {
  readonly name: string;
  readonly port: number;
  /** Path of Patroni's REST API that returns 200 on the hosts that qualify. */
  readonly role: "/primary" | "/replica";
}

function section({ name, port, role }: Section, servers: Servers): string {
  const { hosts, patroniPort } = servers;
  const patroni = patroniPort !== undefined;
  return [
    `listen timescaledb-${name}`,
    `    bind ${PROXY_ADDRESS}:${port}`,
    ...(patroni ? [`    option httpchk OPTIONS ${role}`, "    http-check expect status 200"] : []),
    ...hosts.map((host) => `    server ${host.name} ${target(host, servers)} ${check(host.name, servers)}`),
    ...(patroni && role === "/replica" ? fallback(servers) : []),
    "",
  ].join("\n");
}

function target({ name, address }: DatabaseHost, { names, poolPort }: Servers): string {
  return names === undefined ? `${address}:${poolPort}` : `${name}:${poolPort} init-addr libc,${address}`;
}

/** Without Patroni, a host counts as up while its pool accepts connections. */
function check(host: string, { patroniPort, caFile }: Servers): string {
  return patroniPort === undefined
    ? "check inter 1s rise 1 fall 3"
    : `check port ${patroniPort} check-ssl verify required verifyhost ${host} ca-file ${caFile} inter 1s fastinter 500ms downinter 500ms rise 1 fall 2 on-marked-down shutdown-sessions`;
}

/** Without a replica, reads continue on the primary: whichever host accepts them. */
function fallback(servers: Servers): string[] {
  return [
    "    option redispatch 1",
    "    option allbackups",
    ...servers.hosts.map((host) => `    server ${host.name}${FALLBACK} ${target(host, servers)} backup`),
  ];
}
