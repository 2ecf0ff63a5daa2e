import type { Reason } from "./gate";
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
export function groupNotServing({ name, order, minNodes }: RollGroup, members: readonly NodeStatus[]): Reason[] {
  const reason = (text: string, final = false): Reason => ({ node: name, text, final });
  const current = members.filter(({ ordered, bootstrap }) => [ordered, bootstrap].includes(order.bootstrap));
  const failed = current.filter(({ phase }) => phase === "failed");
  if (failed.length > 0) {
    return failed.map((member) => reason(`${member.instance} failed: ${member.reason}`, true));
  }
  const serving = members.filter(
    ({ bootstrap, phase, roles }) =>
      bootstrap === order.bootstrap && phase === "serving" && Object.values(roles).every(({ healthy }) => healthy),
  );
  const former = members.filter(({ bootstrap }) => bootstrap !== order.bootstrap && bootstrap !== "");
  return [
    ...(serving.length < minNodes ? [reason(`has ${serving.length} of ${minNodes} members that serve`)] : []),
    ...former.map(({ instance }) => reason(`${instance} has yet to be replaced`)),
  ];
}
