import { roleObjections, type Reason, type Situation } from "./gate";
import type { NodeOrder } from "./order";
import type { NodeStatus } from "./status";

/** A planned scaling group. */
export interface RollGroup {
  readonly name: string;
  readonly order: NodeOrder;
  /** Members that must serve. */
  readonly minNodes: number;
}

/**
 * Why a group does not serve what was ordered for it. Empty: it serves.
 * @param members statuses of the members that answer
 */
export function groupNotServing(
  { name, order, minNodes }: RollGroup,
  members: readonly NodeStatus[],
  reports: Situation["reports"],
): Reason[] {
  const reason = (text: string, final = false): Reason => ({ node: name, text, final });
  const failed = members.filter(({ phase, ordered }) => phase === "failed" && ordered === order.bootstrap);
  const current = members.filter(({ bootstrap }) => bootstrap === order.bootstrap);
  const former = members.filter(({ bootstrap }) => bootstrap !== order.bootstrap && bootstrap !== "");
  const sick = current.map(({ instance, roles }) =>
    Object.entries(roles)
      .flatMap(([role, of]) => roleObjections(role, of, reports))
      .map(({ text, final }) => reason(`${instance}: ${text}`, final)),
  );
  const serving = current.filter(({ phase }, index) => phase === "serving" && sick[index]!.length === 0);
  return [
    ...failed.map((member) => reason(`${member.instance} failed: ${member.reason}`, true)),
    ...sick.flat().filter(({ final }) => final || serving.length < minNodes),
    ...(serving.length < minNodes ? [reason(`has ${serving.length} of ${minNodes} members that serve`)] : []),
    ...former.map(({ instance }) => reason(`${instance} has yet to be replaced`)),
  ];
}
