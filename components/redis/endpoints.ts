import { addressOf, type Placed } from "../model/role";
import { MEMBERS } from "./topology";

export const REDIS_PORT = 6379;
export const SENTINEL_PORT = 26379;
/** The cluster bus: Redis defines it as the client port + 10000. */
export const BUS_PORT = REDIS_PORT + 10_000;
/** The master's name in Sentinel. */
export const MASTER_NAME = "ape";

/** How clients reach Redis, over TLS: through Sentinel, as a cluster, or directly. */
export interface RedisEndpoints {
  /** "address:port" of each Sentinel. Empty in the other modes. */
  readonly sentinels: readonly string[];
  readonly masterName?: string;
  /** "address:port" of each cluster member; clients discover the cluster from any of them. Empty in the other modes. */
  readonly cluster: readonly string[];
  /** "rediss://address:port". Single mode only. */
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
