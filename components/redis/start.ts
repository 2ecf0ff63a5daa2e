import { join } from "node:path";
import { dnsName, type Placed } from "../model/role";
import { renderScript } from "../node/script";
import { CLI } from "./cli";
import { DATA } from "./configuration";
import { REDIS_PORT } from "./endpoints";
import { addressesPart, ASK_SENTINEL, combine, peersOf } from "./names";
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
  return START[mode](self, members);
}

const START: Readonly<Record<RedisMode, (self: Placed, members: readonly Placed[]) => string>> = {
  single: replicatedStart,
  sentinel: replicatedStart,
  cluster: () => renderScript(join(__dirname, "scripts/start-cluster.sh"), { STATE }),
};

function replicatedStart(self: Placed, members: readonly Placed[]): string {
  const { functions, variables } = combine(CLI, ASK_SENTINEL, addressesPart(self, members), {
    functions: [],
    variables: {
      CLI_SECONDS: SENTINEL_SECONDS,
      PEERS: peersOf(self, members),
      FIRST: dnsName(members[0]!.role.name),
      STATE,
      REDIS_PORT,
    },
  });
  return renderScript(join(__dirname, "scripts/start.sh"), variables, functions);
}
