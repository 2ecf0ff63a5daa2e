import type { Placed } from "../model/role";

/** How Redis is made up: one server, one master with replicas under Sentinels, or several masters that share the keys. */
export const REDIS_MODES = ["single", "sentinel", "cluster"] as const;
export type RedisMode = (typeof REDIS_MODES)[number];

/** Members of each mode. A cluster has a replica for every master. */
export const MEMBERS: Readonly<Record<RedisMode, number>> = { single: 1, sentinel: 3, cluster: 6 };

/** Masters of a cluster: one in each zone, so that no zone's loss takes the majority. Source: Redis cluster specification. */
export const SHARDS = 3;
/** Hash slots of a cluster. Source: Redis cluster specification. */
const SLOTS = 16_384;

/** What more than its third of the data a shard may hold: slots are spread evenly, the sizes of keys are not. Ours. */
const SKEW = 1.2;

/** Redis' maxmemory on one member, in GiB, when all together are to hold so much. */
export function memberMemoryGiB(mode: RedisMode, maxMemoryGiB: number): number {
  return mode === "cluster" ? (maxMemoryGiB / SHARDS) * SKEW : maxMemoryGiB;
}

/** The zone of a member, counted from 0. */
export function zoneOf(index: number): number {
  return index % SHARDS;
}

/** The shard of a cluster's member: masters first, each in its zone; the replicas one zone on, so that a zone never takes both. */
export function shardOf(index: number): number {
  return index < SHARDS ? index : (index + 1) % SHARDS;
}

/** A member's place among all. */
export function indexOf(self: Placed, members: readonly Placed[]): number {
  return members.findIndex(({ role }) => role.name === self.role.name);
}

/** First and last slot of a shard. */
export function slotsOf(shard: number): { first: number; last: number } {
  const start = (number: number): number => Math.ceil((number * SLOTS) / SHARDS);
  return { first: start(shard), last: start(shard + 1) - 1 };
}
