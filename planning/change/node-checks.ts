import type { StackPlan } from "../../stacks/plan";
import { judged, type Reading } from "./access";
import { check, fail, pass, unknown, type Check, type Finding } from "./check";
import type { Observed, ObservedNode, ObservedStatus } from "./observed";

/** What the nodes of a stack must be. */
export interface Wanted {
  readonly stack: string;
  readonly cloud: StackPlan["spec"]["cloud"];
  /** Bootstrap by node, as the config plans it. Undefined: the stored orders count. */
  readonly bootstraps?: ReadonlyMap<string, string>;
}

/** Whether all nodes serve what the config says, with all data. */
export function nodeChecks(observed: Reading<Observed>, wanted: Wanted): Check[] {
  const { cloud } = wanted;
  const on = (judge: (value: Observed) => Finding): Finding =>
    judged(observed, cloud, (value) => missing(value, wanted) ?? judge(value));
  return [
    check(
      "no-change",
      "No other change is under way",
      on((value) => noChange(value, wanted)),
    ),
    check(
      "deployed",
      "The config is deployed",
      on((value) => deployed(value, wanted)),
    ),
    check(
      "serving",
      "Every node serves its bootstrap",
      on((value) => serving(value, wanted)),
    ),
    check("in-step", "Every member has all data of its service", on(inStep)),
  ];
}

/** A stack without orders is not deployed. */
function missing({ nodes }: Observed, { stack }: Wanted): Finding | undefined {
  return nodes.some(({ ordered }) => ordered !== "")
    ? undefined
    : unknown("the bootstrap bucket does not exist or holds no orders", `Deploy the stack: \`pulumi up -s ${stack}\`.`);
}

function noChange({ changing }: Observed, { stack }: Wanted): Finding {
  return changing.length === 0
    ? pass("no role is asked to hand over")
    : fail(
        `asked to hand over: ${changing.join(", ")}; an update is running or was interrupted`,
        `Wait for it, or finish it: \`pulumi up -s ${stack}\`.`,
      );
}

function deployed({ nodes }: Observed, { stack, bootstraps }: Wanted): Finding {
  if (bootstraps === undefined) {
    return pass("the stored orders count");
  }
  const different = nodes.filter(({ name, ordered }) => bootstraps.get(name) !== ordered).map(({ name }) => name);
  return different.length === 0
    ? pass(`${count(nodes.length, "node")} ordered as configured`)
    : fail(
        `ordered otherwise than configured: ${different.join(", ")}`,
        `Deploy the config: \`pulumi up -s ${stack}\`, or check out the commit that is deployed.`,
      );
}

function serving({ nodes }: Observed, { stack }: Wanted): Finding {
  const problems = nodes.flatMap((node) => problemsOf(node));
  return problems.length === 0
    ? pass(nodes.map(describe).join(", "))
    : fail(
        problems.join("; "),
        `See why on the node: \`ape-node boot\` as root. Correct the cause, then \`pulumi up -s ${stack}\`.`,
      );
}

function problemsOf({ name, required, ordered, statuses }: ObservedNode): string[] {
  const found = statuses.flatMap((status) => {
    const who = statuses.length > 1 ? `${name} (${status.instance})` : name;
    return statusProblems(status, ordered).map((problem) => `${who} ${problem}`);
  });
  const missingMembers =
    statuses.length >= required ? [] : [`${name} has ${statuses.length} of ${required} statuses in the bucket`];
  return [...missingMembers, ...found];
}

/** Why a node does not count as serving: the first reason only, because the others follow from it. */
function statusProblems(status: ObservedStatus, ordered: string): string[] {
  const { phase, reason, fresh, bootstrap, at } = status;
  if (phase !== "serving") {
    return [`is ${phase}${reason === "" ? "" : `: ${reason}`}`];
  }
  if (!fresh) {
    return [`does not answer; its last status is of ${at}`];
  }
  if (bootstrap !== ordered) {
    return [`runs ${short(bootstrap)}, ordered is ${short(ordered)}${reason === "" ? "" : `: ${reason}`}`];
  }
  const sick = Object.entries(status.roles).filter(([, { healthy }]) => !healthy);
  return sick.map(([role]) => `serves, but ${role} is not healthy`);
}

function describe({ name, ordered, statuses }: ObservedNode): string {
  return `${name} ${short(ordered)}${statuses.length > 1 ? ` (${statuses.length} nodes)` : ""}`;
}

function inStep({ nodes }: Observed): Finding {
  const roles = nodes.flatMap(({ statuses }) => statuses.flatMap((status) => Object.entries(status.roles)));
  const behind = roles.filter(([, role]) => !role.inStep).map(([name]) => name);
  const leaders = roles.filter(([, { leads }]) => leads).map(([name]) => name);
  if (roles.length === 0) {
    return unknown("no node has reported its roles", "Wait until the nodes have booted.");
  }
  return behind.length === 0
    ? pass(leaders.length === 0 ? "all members in step" : `all members in step; leading: ${leaders.join(", ")}`)
    : fail(`behind: ${behind.join(", ")}`, "Wait until they have caught up, then check again.");
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Enough of a hash to compare by eye. */
function short(hash: string): string {
  return hash === "" ? "nothing" : hash.slice(0, 12);
}
