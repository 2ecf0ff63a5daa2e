import { Roll, type RollArgs } from "../../../components/node/roll/roll";
import { orderKey } from "../../../components/model/bootstrap-keys";
import type { StackPlan } from "../../../stacks/plan";
import { setTimeout as sleep } from "node:timers/promises";
import { objectsOf } from "../../cloud/storage";
import type { Rehearsal } from "../../rehearsal";
import type { Host, LocalStack } from "../../stack/local-stack";
import type { Progress } from "../../system/progress";
import { orderObject, orderOf } from "../orders";
import { sequenceOf, type NodeChange, type Sequence } from "./sequence";

/** An update of a running stack, as the program's engine does it. */
export interface Update {
  readonly plan: StackPlan;
  /** The stack that the plan yields, possibly broken on purpose. */
  readonly to: LocalStack;
  readonly timeoutMinutes: number;
  /** Runs once a node's machine and disks are as planned, for example to end the machine. */
  readonly touched?: (node: string) => Promise<void>;
}

/**
 * Changes a running stack node by node, behind the same gates as the engine: the order first, then disks and machine. Throws
 * RollError if a gate stops it; what was changed until then stays changed.
 */
export async function update(rehearsal: Rehearsal, change: Update, progress: Progress): Promise<void> {
  const { plan, to, touched } = change;
  const roll = rollOf(rehearsal, change, progress);
  const { changes, removed } = sequenceTo(rehearsal, to);
  for (const { name, roles } of plan.nodes.filter(({ name }) => isBooted(rehearsal, to, name))) {
    const members = roles.map(({ role }) => ({ name: role.name, group: role.group ?? role.service }));
    roll.plan({ name, order: orderOf(to, name), roles: members });
  }
  try {
    await rehearsal.change(prepared(rehearsal.stack, to));
    for (const each of changes) {
      await (each.touch === "create" ? roll.beforeCreate(each.node) : roll.before(each.node));
      progress(`${each.node}: ${each.touch}`);
      await touch(rehearsal, to, each);
      await touched?.(each.node);
      await roll.finished(each.node);
    }
    for (const node of removed) {
      await rehearsal.removeHost(node);
    }
    await roll.everythingServes();
  } finally {
    await roll.abort();
  }
}

/** What happens to the booted nodes. */
export function sequenceTo(rehearsal: Rehearsal, to: LocalStack): Sequence {
  return sequenceOf(booted(rehearsal.stack, rehearsal), booted(to, rehearsal));
}

/** What remains once all nodes are as planned: the cloud replaces the members of scaling groups. */
export async function refreshGroups(rehearsal: Rehearsal, to: LocalStack): Promise<void> {
  const hosts = to.hosts.map((host) => (host.group === undefined ? { ...host, ...idOf(rehearsal.stack, host) } : host));
  await rehearsal.change({ ...to, hosts });
}

function rollOf(rehearsal: Rehearsal, { timeoutMinutes }: Update, progress: Progress): Roll {
  const clock: RollArgs["clock"] = { now: () => Date.now(), sleep: (ms) => sleep(ms) };
  return new Roll({
    store: objectsOf(rehearsal.storage, rehearsal.bucket("bootstrap")),
    clock,
    timeoutMinutes,
    lost: [],
    reports: {},
    progress,
  });
}

/** A stack with the hosts of the booted services only. */
function booted(stack: LocalStack, { services }: Rehearsal): LocalStack {
  return { ...stack, hosts: stack.hosts.filter((host) => host.services.some((each) => services.includes(each))) };
}

function isBooted(rehearsal: Rehearsal, to: LocalStack, node: string): boolean {
  return booted(to, rehearsal).hosts.some(({ name }) => name === node);
}

/** Everything as in the next stack that needs no gate: all but orders, machines, and the disks that they hold. */
function prepared(from: LocalStack, to: LocalStack): LocalStack {
  const isOrder = ({ key }: { readonly key: string }): boolean => key.startsWith(orderKey(""));
  return {
    ...to,
    hosts: from.hosts.map((host) => {
      const next = to.hosts.find(({ name }) => name === host.name) ?? admitting(host, to.hosts);
      return { ...host, ingress: next.ingress, egress: next.egress, permissions: next.permissions };
    }),
    objects: [...to.objects.filter((object) => !isOrder(object)), ...from.objects.filter(isOrder)],
  };
}

/** A host that the next stack lacks, with the rules of those that take over its services in addition to its own. */
function admitting({ services, ingress, egress, permissions }: Host, after: readonly Host[]): AccessOf {
  const successors = after.filter((host) => host.services.some((each) => services.includes(each)));
  return {
    ingress: [...ingress, ...successors.flatMap((host) => host.ingress)],
    egress: [...egress, ...successors.flatMap((host) => host.egress)],
    permissions: [...permissions, ...successors.flatMap((host) => host.permissions)],
  };
}

type AccessOf = Pick<Host, "ingress" | "egress" | "permissions">;

/** Does to a node what the engine does between its gates. */
async function touch(rehearsal: Rehearsal, to: LocalStack, { node, touch: kind, moved }: NodeChange): Promise<void> {
  const planned = to.hosts.find(({ name }) => name === node)!;
  const { bucket, key, content } = orderObject(to, node)!;
  await rehearsal.putObject(bucket, key, content);
  for (const { disk, from } of moved) {
    const holder = rehearsal.stack.hosts.find(({ name }) => name === from)!;
    await rehearsal.setHost({ ...holder, disks: holder.disks.filter(({ name }) => name !== disk.name) });
  }
  if (kind === "replace") {
    await rehearsal.replaceHost({ ...planned, ...idOf(rehearsal.stack, planned) });
  } else if (kind !== "order" || moved.length > 0) {
    await rehearsal.setHost({ ...planned, ...idOf(rehearsal.stack, planned) });
  }
}

/** The id of a host's present machine, which a plan does not know. */
function idOf({ hosts }: LocalStack, { name }: Host): Partial<Host> {
  const current = hosts.find((host) => host.name === name);
  return current === undefined ? {} : { instance: current.instance };
}
