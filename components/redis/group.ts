import { join } from "node:path";
import { addressOf, type NodeFile, type Placed } from "../model/role";
import { FUNCTIONS, renderScript, type ScriptPart } from "../node/script";
import { REPLICATION } from "./cli";
import { takeOverPart } from "./hand-over";
import { ASK_SENTINEL, combine, FORMER_PEERS, peersOf } from "./names";
import { STATE } from "./paths";
import { passwordFile } from "./secrets";
import { QUORUM } from "./sentinel";

/** Seconds in which the first replica of a former single server must follow: its node boots meanwhile. */
const REPLICA_SECONDS = 900;
/** Seconds in which a former member must have the data of its group's master. */
const SYNC_SECONDS = 600;
/** Seconds in which a Sentinel must know which member to prefer: it asks every 10 s. */
const PREFERENCE_SECONDS = 30;
/** A quorum that no number of Sentinels reaches. */
const NO_QUORUM = 100;
/** The replica-priority of a member that Sentinels may choose as master. Source: Redis' default. */
export const PRIORITY = 100;

const JOIN = "/usr/local/lib/ape/redis-join-group";
const LEAVE = "/usr/local/lib/ape/redis-leave-group";

/** Shell command that runs before the units start: a single server becomes a member of a group. */
export const JOIN_GROUP = orFail(JOIN);
/** Shell command that runs before the units start: a member of a group becomes a single server. */
export const LEAVE_GROUP = orFail(LEAVE);

/** A command whose output is the node's reason if it fails. */
function orFail(command: string): string {
  return `said=$(${command} 2>&1) || fail "$said"`;
}

const STOP_WITH: ScriptPart = { functions: [FUNCTIONS.stopWith], variables: {} };

export function joinGroupFile(self: Placed, members: readonly Placed[]): NodeFile {
  const { functions, variables } = combine(REPLICATION, ASK_SENTINEL, STOP_WITH, {
    functions: [],
    variables: { PEERS: peersOf(self, members), QUORUM, REPLICA_SECONDS },
  });
  return script(JOIN, "join-group", functions, variables);
}

/** The files that only a single server has. */
export function leaveGroupFiles(self: Placed): NodeFile[] {
  const { functions, variables } = combine(takeOverPart(), FORMER_PEERS, STOP_WITH, {
    functions: [],
    variables: { OWN: addressOf(self), STATE, PRIORITY, SYNC_SECONDS, PREFERENCE_SECONDS, NO_QUORUM },
  });
  return [passwordFile("sentinel"), script(LEAVE, "leave-group", functions, variables)];
}

function script(
  path: string,
  source: string,
  functions: ScriptPart["functions"],
  variables: ScriptPart["variables"],
): NodeFile {
  return { path, mode: "0755", content: renderScript(join(__dirname, `scripts/${source}.sh`), variables, functions) };
}
