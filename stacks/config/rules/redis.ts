import type { Values } from "../keys";
import { isHighlyAvailable } from "../resolve";
import { AVAILABILITY } from "./availability";
import type { Finding, Rule } from "./rule";

export const REDIS_RULES: readonly Rule[] = [
  {
    summary: "`redisMode: cluster` requires tier t4 and high availability.",
    needs: [...AVAILABILITY, "redisMode"],
    invalidates: ["redisMode"],
    check: redisCluster,
  },
];

function redisCluster(values: Values): Finding[] {
  const { redisMode, tier } = values;
  if (redisMode !== "cluster" || (tier === "t4" && isHighlyAvailable(values))) {
    return [];
  }
  return [
    {
      key: "redisMode",
      value: redisMode,
      reason: "a cluster has six members, which only the load of t4 justifies",
      allowed: "auto; cluster with tier t4 and high availability in three zones",
      example: "redisMode: auto",
    },
  ];
}
