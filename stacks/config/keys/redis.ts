import { oneOf } from "../parsers";
import { REDIS_CLUSTER_TIERS } from "../tier-words";
import { key } from "./key";

/** Redis' topology. Sizes: `overrides`. */
export const REDIS_KEYS = {
  redisMode: key({
    type: "string",
    default: "auto",
    allowed: "auto (Sentinel when highly available, otherwise a single server) or cluster",
    example: "cluster",
    description: `Topology of Redis. \`cluster\`: three masters share the keys, each with a replica. Requires tier ${REDIS_CLUSTER_TIERS} and high availability.`,
    parse: oneOf(["auto", "cluster"] as const),
  }),
};
