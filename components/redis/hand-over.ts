import { join } from "node:path";
import { addressOf, type Placed } from "../model/role";
import type { ScriptPart } from "../node/script";
import { REPLICATION } from "./cli";
import { ASK_SENTINEL, combine, peersOf } from "./names";
import type { RedisMode } from "./topology";

/** Seconds in which a server must hand over and stop. */
export const STOP_SECONDS = 60;
/** While this file exists, a master does not hand over: its data is being restored, and it restarts at once. */
export const KEEP_MASTER = "/run/ape/redis-keep-master";
/**
 * Milliseconds for which writes are paused at most while another member takes over: on a busy machine too, no write is
 * accepted that would be lost. If no member takes over, they resume at once.
 */
const PAUSE_MS = STOP_SECONDS * 1000;
/** Seconds in which the replicas must receive what the paused master has written. */
const CATCH_UP_SECONDS = 2;
/** Seconds in which each member must take over. */
const HANDOVER_SECONDS = 15;
/** Tenths of a second until the request to a cluster's replica is repeated: it expires after 5 s. Source: Redis, CLUSTER_MF_TIMEOUT. */
const EXPIRY_TRIES = 51;

/** A mode in which members take over from each other. */
export type ReplicatedMode = Exclude<RedisMode, "single">;

/** The function `hand_over` from this server. */
export function handOverPart(self: Placed, members: readonly Placed[], mode: ReplicatedMode): ScriptPart {
  return combine(SHARED, { functions: [], variables: { LEADER: "localhost" } }, STEPS[mode](self, members));
}

/** The function `hand_over` from the server that the script sets as LEADER and LEADER_ADDRESS, asked of its PEERS. */
export function takeOverPart(): ScriptPart {
  return combine(SHARED, SENTINEL_STEPS);
}

const SHARED = combine(REPLICATION, {
  functions: [join(__dirname, "scripts/hand-over.sh")],
  variables: { KEEP_MASTER, PAUSE_MS, CATCH_UP_SECONDS, HANDOVER_SECONDS },
});

const SENTINEL_STEPS = combine(ASK_SENTINEL, {
  functions: [join(__dirname, "scripts/hand-over-sentinel.sh")],
  variables: {},
});

/** What `hand_over` requires in each mode. */
const STEPS: Readonly<Record<ReplicatedMode, (self: Placed, members: readonly Placed[]) => ScriptPart>> = {
  sentinel: (self, members) =>
    combine(SENTINEL_STEPS, {
      functions: [],
      variables: { LEADER_ADDRESS: addressOf(self), PEERS: peersOf(self, members) },
    }),
  cluster: () => ({
    functions: [join(__dirname, "scripts/hand-over-cluster.sh")],
    variables: { EXPIRY_TRIES },
  }),
};
