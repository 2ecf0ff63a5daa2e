import { SHARD_COUNTS } from "../../components/timescaledb/topology";
import { tiersWhere } from "../tiers";
import { words } from "./parsers";

/** What the table of tiers permits, as texts name it: "t4", "t3 or t4". */

export const REPLICATED_TIERS = tiersWhere((tier) => tier.highAvailability, "and");
export const NAT_PER_ZONE_TIERS = tiersWhere((tier) => tier.natPerZone, "and");
export const REDIS_CLUSTER_TIERS = tiersWhere((tier) => tier.allows.redisCluster, "or");
export const SHARDED_TIERS = tiersWhere((tier) => tier.allows.timescaledbShards > 1, "or");

/** Each shard count above 1 with the tiers that allow it: "2 or 4 with tier t4". */
export function shardsByTier(): string {
  const byTiers = new Map<string, string[]>();
  for (const count of SHARD_COUNTS.filter((each) => each > 1)) {
    const tiers = tiersWhere((tier) => tier.allows.timescaledbShards >= count, "or");
    byTiers.set(tiers, [...(byTiers.get(tiers) ?? []), `${count}`]);
  }
  return [...byTiers].map(([tiers, counts]) => `${words(counts)} with tier ${tiers}`).join(", ");
}
