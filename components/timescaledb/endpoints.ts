import type { Placed } from "../model/role";
import { dnsName } from "../model/role";
import { APP_USER } from "./secrets";
import { dataNodes, PORTS, shardCount } from "./topology";

/** Endpoints of one shard; without shards, of the whole database. */
export interface ShardEndpoints {
  /** Data nodes: DNS name within the stack and fixed private address. */
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  /** libpq URI, without password, of the server that accepts writes. */
  readonly writer: string;
  /** libpq URI, without password, of a standby if there is one, otherwise of the primary. */
  readonly reader: string;
}

/** Endpoints of the first shard, which also holds data that is not sharded, and of all shards in order. */
export interface TimescaleDbEndpoints extends ShardEndpoints {
  readonly shards: readonly ShardEndpoints[];
  /** Port of the connection pool on every data node. */
  readonly poolPort: number;
  /** Port of Patroni's REST API on every data node. A single host has no Patroni. */
  readonly patroniPort?: number;
}

/**
 * Endpoints of the database: PgBouncer on each data node. libpq (17 and earlier) and drivers based on it try the hosts in
 * turn; a driver that accepts a single host requires a proxy that polls Patroni. The password is field `password` of
 * secret "timescaledb-api".
 */
export function timescaleDbEndpoints(placed: readonly Placed[], database: string): TimescaleDbEndpoints {
  const shards = Array.from({ length: shardCount(placed) }, (_, shard) => shardEndpoints(placed, database, shard));
  const [first] = shards;
  return {
    ...first!,
    shards,
    poolPort: PORTS.pool,
    ...(first!.hosts.length > 1 ? { patroniPort: PORTS.patroni } : {}),
  };
}

function shardEndpoints(placed: readonly Placed[], database: string, shard: number): ShardEndpoints {
  const hosts = dataNodes(placed, shard).map(({ name, address }) => ({ name: dnsName(name), address }));
  // Addresses, not names: the names resolve only on the stack's nodes. Certificates contain both.
  const authority = hosts.map(({ address }) => `${address}:${PORTS.pool}`).join(",");
  const uri = (target: string): string =>
    `postgresql://${APP_USER}@${authority}/${database}?target_session_attrs=${target}&sslmode=verify-full`;
  return { hosts, writer: uri("read-write"), reader: uri("prefer-standby") };
}
