import type { Placed } from "../model/role";

/** Redis' topology: one server, one master with replicas and Sentinels, or several masters that partition the keys. */
export const REDIS_MODES = ["single", "sentinel", "cluster"] as const;
export type RedisMode = (typeof REDIS_MODES)[number];

/** Number of members per mode. A cluster has one replica per master. */
export const MEMBERS: Readonly<Record<RedisMode, number>> = { single: 1, sentinel: 3, cluster: 6 };

/** Masters of a cluster: one per zone, so that a majority survives the loss of a zone. Source: Redis cluster specification. */
export const SHARDS = 3;
/** Hash slots of a cluster. Source: Redis cluster specification. */
export const SLOTS = 16_384;

/** Memory of a shard relative to a third of the data: slots are distributed evenly, key sizes are not. Chosen here. */
const SKEW = 1.2;

/** Redis' maxmemory of one member in GiB, from that of the whole service. */
export function memberMemoryGiB(mode: RedisMode, maxMemoryGiB: number): number {
  return mode === "cluster" ? (maxMemoryGiB / SHARDS) * SKEW : maxMemoryGiB;
}

/** A member's zone, counted from 0. */
export function zoneOf(index: number): number {
  return index % SHARDS;
}

/** The shard of a cluster member. The first members are the initial masters; replicas are one zone further, so that losing a zone never loses both. */
export function shardOf(index: number): number {
  return index < SHARDS ? index : (index + 1) % SHARDS;
}

/** A member's index among all members. */
export function indexOf(self: Placed, members: readonly Placed[]): number {
  return members.findIndex(({ role }) => role.name === self.role.name);
}

/** First and last slot of a shard. */
export function slotsOf(shard: number): { first: number; last: number } {
  const start = (number: number): number => Math.ceil((number * SLOTS) / SHARDS);
  return { first: start(shard), last: start(shard + 1) - 1 };
}
