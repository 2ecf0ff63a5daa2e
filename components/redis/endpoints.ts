import { addressOf, type Placed } from "../model/role";
import { MEMBERS } from "./topology";

export const REDIS_PORT = 6379;
export const SENTINEL_PORT = 26379;
/** Where the members of a cluster speak among themselves: fixed by Redis at 10000 above. */
export const BUS_PORT = REDIS_PORT + 10_000;
/** What the Sentinels call the master. */
export const MASTER_NAME = "ape";

/** Where Redis answers, over TLS: through its Sentinels, as a cluster, or directly. */
export interface RedisEndpoints {
  /** "address:port" of each Sentinel; empty without. */
  readonly sentinels: readonly string[];
  readonly masterName?: string;
  /** "address:port" of each member of a cluster, any of which knows the others; empty when it is none. */
  readonly cluster: readonly string[];
  /** "rediss://address:port" when single. */
  readonly url?: string;
}

export function redisEndpoints(placed: readonly Placed[]): RedisEndpoints {
  const addresses = placed.filter(({ role }) => role.service === "redis").map(addressOf);
  const at = (port: number): string[] => addresses.map((address) => `${address}:${port}`);
  switch (addresses.length) {
    case MEMBERS.single:
      return { sentinels: [], cluster: [], url: `rediss://${addresses[0]!}:${REDIS_PORT}` };
    case MEMBERS.sentinel:
      return { sentinels: at(SENTINEL_PORT), masterName: MASTER_NAME, cluster: [] };
    default:
      return { sentinels: [], cluster: at(REDIS_PORT) };
  }
}
