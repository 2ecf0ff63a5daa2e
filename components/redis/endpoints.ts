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
  /** "host:port" of each Sentinel. Empty in the other modes. */
  readonly sentinels: readonly string[];
  readonly masterName?: string;
  /** "host:port" of each cluster member; clients discover the cluster from any of them. Empty in the other modes. */
  readonly cluster: readonly string[];
  /** "rediss://host:port". Single mode only. */
  readonly url?: string;
}

/** @param hostOf how clients reach a member: by address, or by a name that they can resolve */
export function redisEndpoints(placed: readonly Placed[], hostOf = addressOf): RedisEndpoints {
  const hosts = placed.filter(({ role }) => role.service === "redis").map(hostOf);
  const at = (port: number): string[] => hosts.map((host) => `${host}:${port}`);
  switch (hosts.length) {
    case MEMBERS.single:
      return { sentinels: [], cluster: [], url: `rediss://${hosts[0]!}:${REDIS_PORT}` };
    case MEMBERS.sentinel:
      return { sentinels: at(SENTINEL_PORT), masterName: MASTER_NAME, cluster: [] };
    default:
      return { sentinels: [], cluster: at(REDIS_PORT) };
  }
}
