import { addressOf, type Placed } from "../node/role";

export const REDIS_PORT = 6379;
export const SENTINEL_PORT = 26379;
/** What the Sentinels call the master. */
export const MASTER_NAME = "ape";

/** Where Redis answers, over TLS: through its Sentinels when replicated, otherwise directly. */
export interface RedisEndpoints {
  /** "address:port" of each Sentinel; empty when single. */
  readonly sentinels: readonly string[];
  readonly masterName?: string;
  /** "rediss://address:port" when single. */
  readonly url?: string;
}

export function redisEndpoints(placed: readonly Placed[]): RedisEndpoints {
  const addresses = placed.filter(({ role }) => role.service === "redis").map(addressOf);
  return addresses.length > 1
    ? { sentinels: addresses.map((address) => `${address}:${SENTINEL_PORT}`), masterName: MASTER_NAME }
    : { sentinels: [], url: `rediss://${addresses[0]!}:${REDIS_PORT}` };
}
