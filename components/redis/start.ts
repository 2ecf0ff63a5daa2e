import { join } from "node:path";
import { addressOf, type Placed } from "../model/role";
import { renderScript } from "../node/script";
import { CLI } from "./cli";
import { DATA } from "./configuration";
import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "./endpoints";
import { USERS } from "./secrets";
import type { RedisMode } from "./topology";

/** The configuration file that redis-server starts with. It holds `replicaof`, which Sentinel has Redis rewrite. */
export const STATE = `${DATA}/redis.conf`;

/** Seconds for which a start waits for each Sentinel. Chosen here: two unreachable Sentinels delay it by 4 s. */
const SENTINEL_SECONDS = 2;

/**
 * The script that runs before each start of redis-server. The server replicates the master that the first reachable
 * Sentinel names; without one, the master in its configuration file; at its first start, the first member.
 */
export function startScript(self: Placed, members: readonly Placed[], mode: RedisMode): string {
  return START[mode](addressOf(self), members.map(addressOf));
}

const START: Readonly<Record<RedisMode, (own: string, members: readonly string[]) => string>> = {
  single: replicatedStart,
  sentinel: replicatedStart,
  cluster: () => renderScript(join(__dirname, "scripts/start-cluster.sh"), { STATE }),
};

function replicatedStart(own: string, members: readonly string[]): string {
  return renderScript(
    join(__dirname, "scripts/start.sh"),
    {
      ...CLI.variables,
      CLI_SECONDS: SENTINEL_SECONDS,
      OWN: own,
      PEERS: members.filter((address) => address !== own),
      FIRST: members[0]!,
      STATE,
      SENTINEL_USER: USERS.sentinel,
      SENTINEL_PORT,
      MASTER_NAME,
      REDIS_PORT,
    },
    CLI.functions,
  );
}
