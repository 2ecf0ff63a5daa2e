import { addressOf, dnsName, type Placed } from "../model/role";

/** Which member a role is: a data node holds the database; the witness only votes. */
export type Kind = "data" | "witness";

export interface MemberPlan {
  /** Stable for life; also the DNS name. */
  readonly name: string;
  readonly zone: number;
  readonly kind: Kind;
}

/** A data node with its fixed private address. */
export interface DataNode {
  readonly name: string;
  readonly address: string;
}

export const PORTS = { postgresql: 5432, pool: 6432, patroni: 8008, etcdClient: 2379, etcdPeer: 2380 } as const;

/** PostgreSQL's major version. A cluster keeps its major for life: another one needs pg_upgrade. Debian 13 has 17. */
export const MAJOR = 17;

/** The data disk's mount point, and what lies on it. */
export const MOUNT = "/var/lib/postgresql";
export const DATA_DIRECTORY = `${MOUNT}/${MAJOR}/main`;
export const BIN_DIRECTORY = `/usr/lib/postgresql/${MAJOR}/bin`;
export const SOCKET_DIRECTORY = "/var/run/postgresql";

/** systemd unit of PostgreSQL when nothing but systemd runs it. */
export const POSTGRESQL_UNIT = `postgresql@${MAJOR}-main.service`;

/** Members of a replicated shard, in the order of their names. */
const KINDS: readonly Kind[] = ["data", "data", "witness"];

/** Data nodes that the load is cut into by symbol; each shard is a whole service of its own. */
export const SHARD_COUNTS = [1, 2, 4] as const;
export type ShardCount = (typeof SHARD_COUNTS)[number];

/**
 * The members of the service: one server, or for each shard two copies of the data and three votes, one a zone: any zone
 * may be lost, with a majority left to elect a primary. The shards' first members stand in different zones. Making a stack
 * highly available, or adding shards, adds members and keeps those that are there with their data.
 */
export function members(highlyAvailable: boolean, shards: ShardCount = 1): readonly MemberPlan[] {
  if (!highlyAvailable) {
    return [{ name: nameOf(0), zone: 0, kind: "data" }];
  }
  return Array.from({ length: shards }, (_, shard) =>
    KINDS.map((kind, index) => ({
      name: nameOf(shard * KINDS.length + index),
      zone: (shard + index) % KINDS.length,
      kind,
    })),
  ).flat();
}

/** The number of a member's shard, from 0. */
export function shardOf(name: string): number {
  return Math.floor((Number(name.slice(PREFIX.length)) - 1) / KINDS.length);
}

/** Whether a member starts its shard's cluster: the one that is there in both shapes, and so has the data when one becomes the other. */
export function isFounder(name: string): boolean {
  return name === nameOf(shardOf(name) * KINDS.length);
}

/** The placed data nodes of a shard among all placed roles of a stack, in order of their names. */
export function dataNodes(all: readonly Placed[], shard = 0): DataNode[] {
  return placedOf(all, shard, (kind) => kind === "data");
}

/** The placed voters of a shard: data nodes and witness, in order of their names. */
export function voters(all: readonly Placed[], shard = 0): DataNode[] {
  return placedOf(all, shard, () => true);
}

/** How many shards are placed. */
export function shardCount(all: readonly Placed[]): number {
  const numbers = all.filter(({ role }) => role.service === "timescaledb").map(({ role }) => shardOf(role.name));
  return Math.max(0, ...numbers) + 1;
}

function placedOf(all: readonly Placed[], shard: number, wanted: (kind: Kind) => boolean): DataNode[] {
  return KINDS.flatMap((kind, index) => {
    const name = nameOf(shard * KINDS.length + index);
    const placed = all.find(({ role }) => role.service === "timescaledb" && role.name === name);
    return placed === undefined || !wanted(kind) ? [] : [{ name, address: addressOf(placed) }];
  });
}

const PREFIX = "timescaledb-";

function nameOf(index: number): string {
  return `${PREFIX}${index + 1}`;
}

/** A client URL of each of a shard's voters' etcd, "host:port". */
export function etcdHosts(all: readonly Placed[], shard: number): string[] {
  return voters(all, shard).map(({ name }) => `${dnsName(name)}:${PORTS.etcdClient}`);
}
