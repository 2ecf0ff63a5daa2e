import type { Placed } from "../model/role";
import { dnsName } from "../model/role";
import { APP_USER } from "./secrets";
import { dataNodes, PORTS, shardCount } from "./topology";

/** Where one shard answers; without shards, all of the database. */
export interface ShardEndpoints {
  /** The data nodes: DNS name within the stack and fixed private address. */
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  /** libpq URI, without password, of the server that accepts writes. */
  readonly writer: string;
  /** libpq URI, without password, of a standby where there is one, otherwise of the primary. */
  readonly reader: string;
}

/** The endpoints of the first shard, which also has what is not spread over them, and of all shards in their order. */
export interface TimescaleDbEndpoints extends ShardEndpoints {
  readonly shards: readonly ShardEndpoints[];
}

/**
 * Where the database answers: through the pool of each data node. libpq (17 and before) and what is built on it try the
 * hosts in turn; a driver that takes one host only stands behind a proxy that asks Patroni. The password is field
 * `password` of secret "timescaledb-api".
 */
export function timescaleDbEndpoints(placed: readonly Placed[], database: string): TimescaleDbEndpoints {
  const shards = Array.from({ length: shardCount(placed) }, (_, shard) => shardEndpoints(placed, database, shard));
  return { ...shards[0]!, shards };
}

function shardEndpoints(placed: readonly Placed[], database: string, shard: number): ShardEndpoints {
  const hosts = dataNodes(placed, shard).map(({ name, address }) => ({ name: dnsName(name), address }));
  // Addresses, not names: consumers outside the stack's nodes don't know its names, and certificates hold both.
  const authority = hosts.map(({ address }) => `${address}:${PORTS.pool}`).join(",");
  const uri = (target: string): string =>
    `postgresql://${APP_USER}@${authority}/${database}?target_session_attrs=${target}&sslmode=verify-full`;
  return { hosts, writer: uri("read-write"), reader: uri("prefer-standby") };
}
