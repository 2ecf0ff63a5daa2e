import { TIERS } from "../../tiers";
import type { Values } from "../keys";
import { isHighlyAvailable } from "../resolve";
import { REDIS_CLUSTER_TIERS } from "../tier-words";
import { AVAILABILITY } from "./availability";
import type { Finding, Rule } from "./rule";

export const REDIS_RULES: readonly Rule[] = [
  {
    summary: `\`redisMode: cluster\` requires tier ${REDIS_CLUSTER_TIERS} and high availability.`,
    needs: [...AVAILABILITY, "redisMode"],
    invalidates: ["redisMode"],
    check: redisCluster,
  },
];

function redisCluster(values: Values): Finding[] {
  const { redisMode, tier } = values;
  if (redisMode !== "cluster" || (TIERS[tier].allows.redisCluster && isHighlyAvailable(values))) {
    return [];
  }
  return [
    {
      key: "redisMode",
      value: redisMode,
      reason: `a cluster has six members, which only the load of ${REDIS_CLUSTER_TIERS} justifies`,
      allowed: `auto; cluster with tier ${REDIS_CLUSTER_TIERS} and high availability in three zones`,
      example: "redisMode: auto",
    },
  ];
}
