import { join } from "node:path";
import type { Membership, NodeFile } from "../model/role";
import { renderScript, type ScriptVariables } from "../node/script";
import { ETCD } from "./etcd";
import { PATRONI, SCOPE } from "./patroni";

/** How a member takes part in a rolling change; usage is in scripts/member.sh and scripts/witness.sh. */
const MEMBER_SCRIPT = "/usr/local/lib/ape/timescaledb-member";

/** Bytes of WAL that a standby in step may still have to apply. Ours: one segment, well below a second of replay. */
const LAG = 16 * 1024 ** 2;

/**
 * A data node says only of itself whether it is in step: the primary always is. That the other data node may stop follows
 * from all members together.
 */
export const DATA_MEMBERSHIP: Membership = {
  leads: `${MEMBER_SCRIPT} leads`,
  inStep: `${MEMBER_SCRIPT} in-step`,
  handOver: `${MEMBER_SCRIPT} hand-over`,
  reports: `${MEMBER_SCRIPT} reports`,
};

/** The witness never accepts writes, so it does not lead; it hands over etcd's leadership, which spares an election. */
export const WITNESS_MEMBERSHIP: Membership = { handOver: `${MEMBER_SCRIPT} hand-over` };

/** The script behind a data node's membership. */
export function memberFile(member: string): NodeFile {
  return script("member", { MEMBER: member, SCOPE, LAG, ...PATRONI.variables, ...ETCD.variables }, [
    ...PATRONI.functions,
    ...ETCD.functions,
  ]);
}

/** The script behind the witness' membership. */
export function witnessFile(): NodeFile {
  return script("witness", ETCD.variables, ETCD.functions);
}

function script(name: "member" | "witness", variables: ScriptVariables, functions: readonly string[]): NodeFile {
  const content = renderScript(join(__dirname, `scripts/${name}.sh`), variables, functions);
  return { path: MEMBER_SCRIPT, content, mode: "0755" };
}
