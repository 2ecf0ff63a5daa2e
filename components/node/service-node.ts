import * as pulumi from "@pulumi/pulumi";
import { dnsName, type Placed, type Service } from "../model/role";
import { dependencies } from "../platform/options";
import type { Disk, Node } from "../platform/platform";
import { bootable } from "./boot";
import type { NodeContext } from "./node-context";
import { diskSlot, type NodePlan } from "./placement";
import type { RollRole } from "./roll/gate";

export interface ServiceNodeArgs extends NodeContext {
  readonly plan: NodePlan;
  /** Data disks by role name. */
  readonly disks: ReadonlyMap<string, Disk>;
}

/** One node: its machine, the disks attached to it and what it reads at boot. */
export class ServiceNode extends pulumi.ComponentResource {
  // Keeps its former name: it is part of the URN of everything below, and a new one would replace every existing node.
  static readonly __pulumiType = "ape:node:Member";
  readonly node: Node;
  /** What must exist before the node serves: its machine, and its disks attached to it. */
  readonly complete: readonly pulumi.Resource[];

  constructor(args: ServiceNodeArgs, opts: pulumi.ComponentResourceOptions) {
    const { platform, plan, gates } = args;
    super(
      ServiceNode.__pulumiType,
      plan.name,
      { zone: plan.zone, machine: plan.machine.name, roles: plan.roles.map(nameOf) },
      opts,
    );
    const disks = plan.roles
      .filter(({ role }) => role.disk !== undefined)
      .map(({ role }) => ({ role, disk: args.disks.get(role.name)! }));
    const boot = bootable(args, plan.name, plan.roles, this, {
      machine: plan.machine.name,
      applied: "live",
      dnsNames: [plan.name, ...plan.roles.map(nameOf), ...plan.roles.map(({ role }) => dnsName(role.name))],
      addresses: [plan.address],
      disks: Object.fromEntries(disks.map(({ role, disk }) => [role.name, disk.devicePath])),
      guard: (order) =>
        gates.guard({ name: plan.name, order, roles: plan.roles.map(memberOf) }, this, dependencies(opts)),
    });
    this.node = platform.node(
      {
        name: plan.name,
        zone: plan.zone,
        machine: plan.machine,
        address: plan.address,
        services: servicesOf(plan.roles),
        ...boot.spec,
      },
      args.network,
      { parent: this, dependsOn: boot.ready, hooks: gates.ofPart(plan.name) },
    );
    const attachments = disks.map(({ role, disk }) => disk.attachTo(this.node, diskSlot(plan, role)));
    this.complete = [this.node.resource, ...attachments];
    gates.track(plan.name, [...boot.ready, this.node.instance, ...attachments]);
    this.registerOutputs({ zone: plan.zone, machine: plan.machine.name, address: plan.address });
  }
}

function servicesOf(roles: readonly Placed[]): Service[] {
  return [...new Set(roles.map(({ role }) => role.service))];
}

function memberOf({ role }: Placed): RollRole {
  return { name: role.name, group: role.group ?? role.service };
}

function nameOf(placed: Placed): string {
  return placed.role.name;
}
