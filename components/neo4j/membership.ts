import { join } from "node:path";
import { addressOf, type Membership, type NodeFile, type Placed } from "../model/role";
import { renderScript } from "../node/script";
import { HOME } from "./configuration";
import { ASK } from "./console";
import { PORTS } from "./endpoints";

const IN_STEP = "/usr/local/lib/ape/neo4j-in-step";
const MEMBERS = "/usr/local/lib/ape/neo4j-members";

/**
 * A cluster member leads without saying so: Neo4j documents no way to move a leader except to stop its server, which elects
 * another one. A single server has no peers.
 */
export const CLUSTER_MEMBERSHIP: Membership = { inStep: IN_STEP };

/** Shell command that fails with the reason if the disk holds the data of another number of members. */
export const CHECK_MEMBERS = `said=$(${MEMBERS} 2>&1) || fail "$said"`;

export function inStepFile(self: Placed): NodeFile {
  // The address that servers are listed with is that of Bolt.
  const variables = { ASK, ADDRESS: `${addressOf(self)}:${PORTS.bolt}` };
  return { path: IN_STEP, mode: "0755", content: renderScript(join(__dirname, "scripts/in-step.sh"), variables) };
}

export function membersFile(members: number): NodeFile {
  const variables = { MEMBERS: members, DATA: `${HOME}/data`, RECORD: `${HOME}/members` };
  return { path: MEMBERS, mode: "0755", content: renderScript(join(__dirname, "scripts/members.sh"), variables) };
}
