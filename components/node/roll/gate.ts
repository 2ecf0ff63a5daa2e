import type { NodeOrder } from "./order";
import type { NodeStatus, RoleStatus } from "./status";

/** A role, and the members that replace each other. */
export interface RollRole {
  readonly name: string;
  readonly group: string;
}

/** A planned node. */
export interface RollNode {
  readonly name: string;
  readonly order: NodeOrder;
  readonly roles: readonly RollRole[];
}

/** What the deployer knows of a node at some moment. */
export interface Seen {
  /** The last one that it wrote. */
  readonly status?: NodeStatus;
  /** Whether it was written in answer to the deployer's request, so that it describes the present. */
  readonly fresh: boolean;
  /** As stored. `former`: of a format that nodes without an agent read. */
  readonly order?: NodeOrder | "former";
}

/** Everything that a gate's decision depends on. */
export interface Situation {
  readonly nodes: readonly RollNode[];
  readonly seen: ReadonlyMap<string, Seen>;
  /** Nodes that this update creates: they are not members yet. */
  readonly created: ReadonlySet<string>;
  /** Names of nodes or roles that are known to be lost. */
  readonly lost: ReadonlySet<string>;
  /** What roles must report of themselves, by service. */
  readonly reports: Readonly<Record<string, string>>;
}

/** Why a node must wait. */
export interface Reason {
  readonly node: string;
  readonly text: string;
  /** Whether waiting can't help. */
  readonly final: boolean;
}

/** A role and the node that it is on now. */
interface Located extends RollRole {
  readonly node: string;
  /** Whether the stack keeps the role. */
  readonly planned: boolean;
}

/** What changing a node involves. */
export interface Touch {
  /** Roles that must not lead any more. */
  readonly handOver: readonly Located[];
  /**
   * Roles that must have left their node: they move to the changed one, its instance is replaced, or the stack gives them up.
   * Google Cloud detaches a disk from a running machine, mounted or not.
   */
  readonly leave: readonly Located[];
  /** Nodes that run the touched roles now. */
  readonly hosts: readonly string[];
  /** Every other member of the touched groups that the stack keeps and that is not lost. */
  readonly others: readonly Located[];
}

/** Which roles a change of a node concerns: those that it runs, and those that it is going to run. */
export function touchOf(node: string, situation: Situation): Touch {
  const { nodes, created, lost } = situation;
  const located = locate(situation);
  const going = new Set(nodes.find(({ name }) => name === node)?.roles.map(({ name }) => name));
  const touched = located.filter((role) => role.node === node || going.has(role.name));
  const groups = new Set(touched.map(({ group }) => group));
  const concerned = located.filter(({ group }) => groups.has(group));
  const others = concerned.filter(
    (role) =>
      !touched.includes(role) &&
      role.planned &&
      !created.has(role.node) &&
      !lost.has(role.name) &&
      !lost.has(role.node),
  );
  const goners = concerned.filter(({ planned }) => !planned);
  const replaced = touched.filter((role) => role.planned && others.some(({ group }) => group === role.group));
  return {
    handOver: [...replaced, ...goners],
    leave: [
      ...touched.filter((role) => role.planned && (role.node !== node || isReplaced(node, situation))),
      ...goners,
    ],
    hosts: [...new Set(touched.map((role) => role.node))].filter((host) => !created.has(host)),
    others,
  };
}

/** Whether the node's instance is to be another one, as far as its last order tells. */
function isReplaced(node: string, { nodes, seen }: Situation): boolean {
  const former = seen.get(node)?.order;
  const planned = nodes.find(({ name }) => name === node)?.order;
  return typeof former === "object" && planned !== undefined && former.instance !== planned.instance;
}

/** Every role, where it runs now: on its planned node if that reports it, otherwise where another node does. */
function locate({ nodes, seen }: Situation): Located[] {
  const reporting = (role: string): string[] =>
    [...seen].filter(([, { status }]) => status?.roles[role] !== undefined).map(([node]) => node);
  const planned = nodes.flatMap(({ name, roles }) =>
    roles.map((role) => {
      const on = reporting(role.name);
      return { ...role, node: on.includes(name) ? name : (on[0] ?? name), planned: true };
    }),
  );
  const kept = new Set(planned.map(({ name }) => name));
  const goners = [...seen].flatMap(([node, { status }]) =>
    Object.entries(status?.roles ?? {})
      .filter(([name]) => !kept.has(name))
      .map(([name, { service }]) => ({ name, group: groupOf(name, service, planned), node, planned: false })),
  );
  return [...planned, ...goners];
}

/** The group of a role that the stack gives up: that of a member with the same base name, otherwise its service. */
function groupOf(name: string, service: string, planned: readonly RollRole[]): string {
  const base = name.replace(/-\d+$/, "");
  return planned.find((role) => role.name.replace(/-\d+$/, "") === base)?.group ?? service;
}

/** Why the other members could not do without this node now. Empty: they can. */
export function objections(node: string, situation: Situation): Reason[] {
  return touchOf(node, situation).others.flatMap((role) => objectionsTo(role, situation));
}

function objectionsTo(role: Located, situation: Situation): Reason[] {
  const { nodes, seen } = situation;
  const { status, fresh, order } = seen.get(role.node) ?? { fresh: false };
  const reason = (text: string, final = false): Reason[] => [
    { node: role.node, text: role.name === role.node ? text : `${role.name} ${text}`, final },
  ];
  if (status === undefined) {
    return typeof order === "object" ? reason("has never reported") : []; // it has no agent, or is yet to be created
  }
  if (!fresh) {
    return reason(`does not answer; its last report is of ${status.at}`);
  }
  const { phase } = status;
  const planned = nodes.find(({ name }) => name === role.node)?.order.bootstrap;
  if (phase === "failed" && (planned === undefined || planned === status.ordered)) {
    return reason(`failed: ${status.reason}`, true);
  }
  if (phase !== "serving" && phase !== "draining" && phase !== "failed") {
    return reason(`is ${phase}`);
  }
  const { healthy, inStep } = status.roles[role.name] ?? { healthy: false, inStep: false };
  if (!healthy) {
    return reason(phase === "failed" ? `failed: ${status.reason}` : "is not healthy", phase === "failed");
  }
  if (!inStep) {
    return reason("is not in step");
  }
  if (phase === "failed") {
    return []; // it serves with its last good bootstrap, and this update orders something else
  }
  if (status.bootstrap !== status.ordered) {
    return reason(status.reason === "" ? "has yet to apply its order" : status.reason);
  }
  return typeof order === "object" && order.bootstrap !== status.ordered ? reason("has yet to notice its order") : [];
}

/** Groups of the touched roles that have a leader now. */
export function ledGroups(node: string, situation: Situation): Set<string> {
  const { handOver, others } = touchOf(node, situation);
  return new Set([...handOver, ...others].filter((role) => leads(role, situation)).map(({ group }) => group));
}

/**
 * What remains to be handed over before the node may change. Empty: nothing.
 * @param led groups that had a leader; they need one
 * @param silent nodes that do not answer any more: only those that are about to change may be
 */
export function leftToHandOver(
  node: string,
  situation: Situation,
  led: ReadonlySet<string>,
  silent: ReadonlySet<string>,
): Reason[] {
  const { handOver, others } = touchOf(node, situation);
  const { seen, lost } = situation;
  const gone = (role: Located): boolean => silent.has(role.node) || lost.has(role.node) || lost.has(role.name);
  const stillLeading = handOver
    .filter((role) => !gone(role))
    .flatMap((role): Reason[] => {
      const { status, fresh } = seen.get(role.node) ?? { fresh: false };
      if (status === undefined) {
        return [];
      }
      if (!fresh) {
        const problem = status.reason === "" ? "" : `: ${status.reason}`;
        return [{ node: role.node, text: `has yet to hand over ${role.name}${problem}`, final: false }];
      }
      return leads(role, situation) ? [{ node: role.node, text: `${role.name} still leads`, final: false }] : [];
    });
  const replaced = new Set(handOver.filter(({ planned }) => planned).map(({ group }) => group));
  const leaderless = [...led]
    .filter((group) => replaced.has(group))
    .filter((group) => !others.some((role) => role.group === group && leads(role, situation)))
    .map((group): Reason => ({ node, text: `no other member of ${group} leads`, final: false }));
  return [...stillLeading, ...leaderless];
}

/** Nodes with roles that are to leave and that have not answered. */
export function leftToLeave(node: string, situation: Situation, silent: ReadonlySet<string>): Reason[] {
  const { seen, lost } = situation;
  return touchOf(node, situation)
    .leave.filter((role) => !silent.has(role.node) && !lost.has(role.node) && !lost.has(role.name))
    .filter((role) => seen.get(role.node)?.status !== undefined && seen.get(role.node)?.fresh !== true)
    .map((role) => ({ node: role.node, text: `${role.name} has yet to stop there`, final: false }));
}

function leads(role: Located, { seen }: Situation): boolean {
  const { status, fresh } = seen.get(role.node) ?? { fresh: false };
  return fresh && status?.roles[role.name]?.leads === true;
}

/** Why a node does not serve what was ordered for it. Empty: it serves. */
export function notServing({ name, order }: RollNode, { seen, lost, reports }: Situation): Reason[] {
  const reason = (text: string, final = false): Reason[] => [{ node: name, text, final }];
  const { status, fresh, order: stored } = seen.get(name) ?? { fresh: false };
  if (lost.has(name)) {
    return [];
  }
  const wanted = typeof stored === "object" ? stored : order;
  if (status === undefined) {
    return reason("has not reported yet");
  }
  if (status.phase === "failed" && status.ordered === wanted.bootstrap) {
    return reason(`failed: ${status.reason}`, true);
  }
  if (!fresh) {
    return reason(`does not answer; its last report is of ${status.at}`);
  }
  if (status.bootstrap !== wanted.bootstrap || status.machine !== wanted.machine) {
    return reason(status.reason === "" ? `is ${status.phase}, and has yet to apply its order` : status.reason);
  }
  if (status.phase !== "serving") {
    return reason(`is ${status.phase}`);
  }
  return Object.entries(status.roles)
    .filter(([role]) => !lost.has(role))
    .flatMap(([role, of]) => roleObjections(role, of, reports).map(({ text, final }) => reason(text, final)[0]!));
}

/** Why a role does not serve as it must. */
export function roleObjections(
  role: string,
  { service, healthy, reports }: RoleStatus,
  wanted: Situation["reports"],
): { readonly text: string; readonly final: boolean }[] {
  const expected = wanted[service];
  if (expected !== undefined && reports.startsWith(`${expected} failed`)) {
    return [{ text: `${role}: ${reports}`, final: true }];
  }
  if (!healthy) {
    return [{ text: `${role} is not healthy`, final: false }];
  }
  return expected === undefined || reports === expected
    ? []
    : [{ text: `${role} has yet to run ${expected}`, final: false }];
}
