import { join } from "node:path";
import { addressOf, type Placed } from "../model/role";
import { renderScript, type ScriptPart } from "../node/script";
import { REPLICATION } from "./cli";
import { MASTER_NAME, SENTINEL_PORT } from "./endpoints";
import { USERS } from "./secrets";
import type { RedisMode } from "./topology";

/** Seconds in which a server must hand over and stop. */
export const STOP_SECONDS = 60;
/** While this file exists, a master that is stopped does not hand over, because it restarts at once. */
export const KEEP_MASTER = "/run/ape/redis-keep-master";
/**
 * Milliseconds for which writes are paused at most while another member takes over: on a busy machine too, no write is
 * accepted that would be lost. If no member takes over, they resume at once.
 */
const PAUSE_MS = STOP_SECONDS * 1000;
/** Fifths of a second in which each member must take over. */
const HANDOVER_TRIES = 75;
/** Fifths of a second until the request to a cluster's replica is repeated: it expires after 5 s. Source: Redis, CLUSTER_MF_TIMEOUT. */
const EXPIRY_TRIES = 26;

/** The script that stops redis-server; a master hands over first. */
export function stopScript(self: Placed, members: readonly Placed[], mode: RedisMode): string {
  const own = addressOf(self);
  const peers = members.map(addressOf).filter((address) => address !== own);
  const { functions, variables } = HAND_OVER[mode](own, peers);
  return renderScript(join(__dirname, "scripts/stop.sh"), variables, functions);
}

const SHARED: ScriptPart = {
  functions: [...REPLICATION.functions, join(__dirname, "scripts/hand-over.sh")],
  variables: { ...REPLICATION.variables, KEEP_MASTER, PAUSE_MS, HANDOVER_TRIES },
};

/** The function `hand_over` of each mode. */
const HAND_OVER: Readonly<Record<RedisMode, (own: string, peers: readonly string[]) => ScriptPart>> = {
  single: () => ({ functions: [join(__dirname, "scripts/hand-over-single.sh")], variables: {} }),
  sentinel: (own, peers) => ({
    functions: [...SHARED.functions, join(__dirname, "scripts/hand-over-sentinel.sh")],
    variables: {
      ...SHARED.variables,
      OWN: own,
      PEERS: peers,
      SENTINEL_USER: USERS.sentinel,
      SENTINEL_PORT,
      MASTER_NAME,
    },
  }),
  cluster: () => ({
    functions: [...SHARED.functions, join(__dirname, "scripts/hand-over-cluster.sh")],
    variables: { ...SHARED.variables, EXPIRY_TRIES },
  }),
};
