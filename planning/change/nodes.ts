import type { Service } from "../../components/model/role";
import type { NodePlan } from "../../components/node/placement";
import { INSTANCES } from "../../policy/machines";
import { changedInputs, effectOf, isLabel, type Effect } from "./effects";
import type { Side, SideResource } from "./side";

/** `change in place`: the running node applies its new bootstrap, one service restart at a time, and does not stop. */
export type NodeAction = "create" | "delete" | "change in place" | Exclude<Effect, "update">;

/** What a change does to a node with a fixed name. */
export interface NodeChange {
  readonly node: string;
  readonly action: NodeAction;
  readonly zone: string;
  /** Names of the roles on the node after the change; before it, if the node is deleted. */
  readonly roles: readonly string[];
  readonly services: readonly Service[];
  /** Machine type before the change. Empty for a new node. */
  readonly from: string;
  /** Machine type after the change. Empty for a deleted node. */
  readonly to: string;
  /** Roles that come from another node with their disks. */
  readonly moved: readonly { readonly role: string; readonly from: string }[];
  /** What is different, for example "machine type" or "bootstrap". */
  readonly why: readonly string[];
}

/** Every node that a change touches, in the order of the plan. */
export function nodeChanges(before: Side, after: Side): NodeChange[] {
  const old = new Map(before.plan.nodes.map((node) => [node.name, node]));
  const current = new Set(after.plan.nodes.map(({ name }) => name));
  return [
    ...after.plan.nodes.flatMap((node) => changeOf(node, old.get(node.name), before, after)),
    ...before.plan.nodes
      .filter(({ name }) => !current.has(name))
      .map((node) => ({ ...described(node, before), action: "delete" as const, from: node.machine.name, to: "" })),
  ];
}

function changeOf(node: NodePlan, old: NodePlan | undefined, before: Side, after: Side): NodeChange[] {
  const moved = movedTo(node, before);
  const common = { ...described(node, after), moved, to: node.machine.name };
  if (old === undefined) {
    return [{ ...common, action: "create", from: "" }];
  }
  const [oldInstance, instance] = [before, after].map(({ resources }) => instanceOf(resources, node.name));
  const paths = changedInputs(oldInstance!, instance!);
  const why = [
    ...paths.filter((path) => !isLabel(path)).map(reason),
    ...(before.bootstraps.get(node.name) === after.bootstraps.get(node.name) ? [] : ["bootstrap"]),
    ...(moved.length === 0 ? [] : ["roles"]),
  ];
  const effect = effectOf(instance!.type, paths);
  const action: NodeAction = effect === "update" ? "change in place" : effect;
  return why.length === 0 ? [] : [{ ...common, action, from: old.machine.name, why: [...new Set(why)] }];
}

function described(
  node: NodePlan,
  { plan }: Side,
): Pick<NodeChange, "node" | "zone" | "roles" | "services" | "moved" | "why"> {
  return {
    node: node.name,
    zone: plan.spec.zones[node.zone]!,
    roles: node.roles.map(({ role }) => role.name),
    services: [...new Set(node.roles.map(({ role }) => role.service))],
    moved: [],
    why: [],
  };
}

function movedTo(node: NodePlan, before: Side): NodeChange["moved"] {
  const homes = new Map(before.plan.placed.map((placed) => [placed.role.name, placed.node]));
  return node.roles.flatMap(({ role }) => {
    const from = homes.get(role.name);
    return from === undefined || from === node.name ? [] : [{ role: role.name, from }];
  });
}

/** The instance of a node. Every planned node has one. */
export function instanceOf(resources: readonly SideResource[], node: string): SideResource {
  return resources.find(({ type, name }) => INSTANCES.includes(type) && name === node)!;
}

/** Words for the inputs of instances on both clouds. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^(instanceType|machineType|creditSpecification)\b/, "machine type"],
  [/^(ami|bootDisk\.initializeParams\.image)$/, "boot image"],
  [/^(privateIp|networkInterfaces)/, "address"],
  [/^(userData|metadata\.startup-script)/, "boot script"],
  [/^(tags\.\d+|vpcSecurityGroupIds)/, "firewall"],
];

function reason(path: string): string {
  return REASONS.find(([pattern]) => pattern.test(path))?.[1] ?? path;
}
