import { join } from "node:path";
import type { Membership, NodeFile, Placed } from "../model/role";
import { FUNCTIONS, renderScript, type ScriptPart } from "../node/script";
import { MONITORING_CLI, REPLICATION } from "./cli";
import { PRIORITY } from "./group";
import { handOverPart, type ReplicatedMode } from "./hand-over";
import { addressesPart, combine } from "./names";
import { MOVED_ADDRESSES } from "./sentinel";
import type { RedisMode } from "./topology";

/** Bytes of the replication stream that may be in flight to a replica that is in step. Chosen here: a second of a busy master. */
const LAG_BYTES = 2 ** 20;

/** Seconds in which a member that moved must answer. */
const ANSWER_SECONDS = 40;

const COMMANDS = "/usr/local/lib/ape";
const HAND_OVER = `${COMMANDS}/redis-hand-over`;
const RESUME = `${COMMANDS}/redis-resume`;
const IN_STEP = `${COMMANDS}/redis-in-step`;
const PEERS_MOVED = `${COMMANDS}/redis-peers-moved`;

const STOP_WITH: ScriptPart = { functions: [FUNCTIONS.stopWith], variables: {} };

const REPLICATED: Membership = {
  leads: `${MONITORING_CLI} info replication | grep -q '^role:master'`,
  inStep: IN_STEP,
  handOver: HAND_OVER,
};

/** How a member takes part in a rolling change. A single server has no peers. */
export const MEMBERSHIP: Readonly<Record<RedisMode, Membership>> = {
  single: {},
  sentinel: { ...REPLICATED, resume: RESUME, peersMoved: PEERS_MOVED },
  // A cluster's members tell each other their addresses.
  cluster: REPLICATED,
};

/** The commands of `MEMBERSHIP`. */
export const MEMBERSHIP_FILES: Readonly<
  Record<RedisMode, (self: Placed, members: readonly Placed[]) => readonly NodeFile[]>
> = {
  single: () => [],
  sentinel: (self, members) => [
    ...replicatedFiles(self, members, "sentinel"),
    command(RESUME, "resume", CANDIDACY.sentinel),
    command(
      PEERS_MOVED,
      "peers-moved",
      combine(REPLICATION, addressesPart(self, members), MOVED_ADDRESSES, STOP_WITH, {
        functions: [],
        variables: { ANSWER_SECONDS },
      }),
    ),
  ],
  cluster: (self, members) => replicatedFiles(self, members, "cluster"),
};

function replicatedFiles(self: Placed, members: readonly Placed[], mode: ReplicatedMode): NodeFile[] {
  return [
    command(HAND_OVER, "drain", combine(handOverPart(self, members, mode), CANDIDACY[mode])),
    command(IN_STEP, "in-step", combine(REPLICATION, STOP_WITH, { functions: [], variables: { LAG_BYTES } })),
  ];
}

function command(path: string, script: string, { functions, variables }: ScriptPart): NodeFile {
  return { path, mode: "0755", content: renderScript(join(__dirname, `scripts/${script}.sh`), variables, functions) };
}

/** The functions `stand_back` and `stand_ready` of each mode. */
const CANDIDACY: Readonly<Record<ReplicatedMode, ScriptPart>> = {
  sentinel: combine(REPLICATION, {
    functions: [join(__dirname, "scripts/candidacy-sentinel.sh")],
    variables: { PRIORITY },
  }),
  cluster: { functions: [join(__dirname, "scripts/candidacy-cluster.sh")], variables: {} },
};
