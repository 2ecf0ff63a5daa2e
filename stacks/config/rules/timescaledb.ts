import { TIERS } from "../../tiers";
import type { Values } from "../keys";
import { isHighlyAvailable } from "../resolve";
import { SHARDED_TIERS, shardsByTier } from "../tier-words";
import { AVAILABILITY } from "./availability";
import type { Finding, Rule } from "./rule";

/** Keys that only the community edition supports, with the value that turns each off. */
const COMMUNITY_ONLY = { timescaledbRetentionDays: 0, timescaledbAggregates: [] } as const;

export const TIMESCALEDB_RULES: readonly Rule[] = [
  {
    summary: `\`timescaledbShards\` above 1 requires tier ${SHARDED_TIERS} and high availability.`,
    needs: [...AVAILABILITY, "timescaledbShards"],
    invalidates: ["timescaledbShards"],
    check: sharded,
  },
  ...(["timescaledbRetentionDays", "timescaledbAggregates"] as const).map((name) => ({
    summary: `\`${name}\` requires \`timescaledbEdition: community\`.`,
    needs: ["timescaledbEdition", name] as const,
    check: (values: Values) => communityOnly(values, name),
  })),
];

function sharded(values: Values): Finding[] {
  const { timescaledbShards, tier } = values;
  const allowed = isHighlyAvailable(values) ? TIERS[tier].allows.timescaledbShards : 1;
  if (timescaledbShards <= allowed) {
    return [];
  }
  return [
    {
      key: "timescaledbShards",
      value: timescaledbShards,
      reason: `each shard has three members, and only the load of ${SHARDED_TIERS} justifies more than one shard`,
      allowed: `1; ${shardsByTier()} and high availability in three zones`,
      example: "timescaledbShards: 1",
    },
  ];
}

function communityOnly(values: Values, name: keyof typeof COMMUNITY_ONLY): Finding[] {
  const value = values[name];
  const off = JSON.stringify(COMMUNITY_ONLY[name]);
  if (values.timescaledbEdition === "community" || JSON.stringify(value) === off) {
    return [];
  }
  return [
    {
      key: name,
      value,
      reason: "only TimescaleDB's community edition has retention and aggregation jobs",
      allowed: `${off} with timescaledbEdition: apache; or timescaledbEdition: community`,
      example: `${name}: ${off}`,
    },
  ];
}
