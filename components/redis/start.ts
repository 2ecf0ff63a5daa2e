import { join } from "node:path";
import { dnsName, type Placed } from "../model/role";
import { renderScript, type ScriptPart } from "../node/script";
import { CLI } from "./cli";
import { REDIS_PORT } from "./endpoints";
import { addressesPart, ASK_SENTINEL, combine, FORMER_PEERS, peersOf } from "./names";
import { SETTINGS_FILE, START_FILE, STATE } from "./paths";
import type { RedisMode } from "./topology";

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
  // A server that belonged to a group may lack what the group's master has.
  single: (self, members) => replicatedStart(self, members, FORMER_PEERS),
  sentinel: (self, members) =>
    replicatedStart(self, members, {
      functions: [join(__dirname, "scripts/peers-sentinel.sh")],
      variables: { PEERS: peersOf(self, members) },
    }),
  cluster: () =>
    renderScript(join(__dirname, "scripts/start-cluster.sh"), WRITE_STATE.variables, WRITE_STATE.functions),
};

const WRITE_STATE: ScriptPart = {
  functions: [join(__dirname, "scripts/write-state.sh")],
  variables: { STATE, START_FILE, SETTINGS_FILE },
};

function replicatedStart(self: Placed, members: readonly Placed[], peers: ScriptPart): string {
  const { functions, variables } = combine(CLI, ASK_SENTINEL, peers, addressesPart(self, members), WRITE_STATE, {
    functions: [],
    variables: { CLI_SECONDS: SENTINEL_SECONDS, FIRST: dnsName(members[0]!.role.name), REDIS_PORT },
  });
  return renderScript(join(__dirname, "scripts/start.sh"), variables, functions);
}
