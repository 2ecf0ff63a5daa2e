import { addressOf, dnsName, type Placed } from "../model/role";

/** A data node holds the database; the witness only votes. */
export type Kind = "data" | "witness";

export interface MemberPlan {
  /** Never changes; also the DNS name. */
  readonly name: string;
  readonly zone: number;
  readonly kind: Kind;
}

/** A data node with its fixed private address. */
export interface DataNode {
  readonly name: string;
  readonly address: string;
  /** All addresses that it can have, now and with another placement. */
  readonly addresses: readonly string[];
}

/** All ports of the service. `pool` is PgBouncer's, `patroni` its REST API's. */
export const PORTS = { postgresql: 5432, pool: 6432, patroni: 8008, etcdClient: 2379, etcdPeer: 2380 } as const;

/** PostgreSQL's major version: Debian 13's. Changing it requires pg_upgrade. */
export const MAJOR = 17;

/** The data disk's mount point, and the paths on it. */
export const MOUNT = "/var/lib/postgresql";
export const DATA_DIRECTORY = `${MOUNT}/${MAJOR}/main`;
export const BIN_DIRECTORY = `/usr/lib/postgresql/${MAJOR}/bin`;
/** etcd's state directory on a data node: on the data disk, so that a replaced node keeps its etcd member identity. */
export const DATA_NODE_ETCD = `${MOUNT}/etcd`;
export const SOCKET_DIRECTORY = "/var/run/postgresql";

/** systemd unit of PostgreSQL without Patroni. */
export const POSTGRESQL_UNIT = `postgresql@${MAJOR}-main.service`;

/** Members of a replicated shard, in the order of their names. */
const KINDS: readonly Kind[] = ["data", "data", "witness"];

/** Numbers of shards. Symbols are distributed over the shards; each shard is a complete service. */
export const SHARD_COUNTS = [1, 2, 4] as const;
export type ShardCount = (typeof SHARD_COUNTS)[number];

/**
 * The members of the service: one server, or per shard two copies of the data and three votes in three zones, so that a
 * majority survives the loss of any zone. The shards' first members are in different zones. Making a stack highly available,
 * or adding shards, adds members; existing members keep their data.
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

/** The name of a member's shard: the members that replace each other. */
export function shardName(name: string): string {
  return `timescaledb-shard-${shardOf(name) + 1}`;
}

/** Whether a member bootstraps its shard's cluster: the member that a single server becomes, since it has the data. */
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

/** Number of placed shards. */
export function shardCount(all: readonly Placed[]): number {
  const numbers = all.filter(({ role }) => role.service === "timescaledb").map(({ role }) => shardOf(role.name));
  return Math.max(0, ...numbers) + 1;
}

/** Whether a placed role is a member of a shard. */
export function isOf({ role }: Placed, shard: number): boolean {
  return role.service === "timescaledb" && shardOf(role.name) === shard;
}

function placedOf(all: readonly Placed[], shard: number, wanted: (kind: Kind) => boolean): DataNode[] {
  return KINDS.flatMap((kind, index) => {
    const name = nameOf(shard * KINDS.length + index);
    const placed = all.find(({ role }) => role.service === "timescaledb" && role.name === name);
    if (placed === undefined || !wanted(kind)) {
      return [];
    }
    const address = addressOf(placed);
    return [{ name, address, addresses: [address, ...(placed.formerAddresses ?? [])] }];
  });
}

const PREFIX = "timescaledb-";

function nameOf(index: number): string {
  return `${PREFIX}${index + 1}`;
}

/** etcd client addresses of a shard's voters, "host:port". */
export function etcdHosts(all: readonly Placed[], shard: number): string[] {
  return voters(all, shard).map(({ name }) => `${dnsName(name)}:${PORTS.etcdClient}`);
}
