import * as pulumi from "@pulumi/pulumi";
import { dnsName, type Role } from "../model/role";
import { dependencies } from "../platform/options";
import type { Group, GroupSpec } from "../platform/platform";
import { bootable, type BootSpec } from "./boot";
import type { NodeContext } from "./node-context";

export interface ServiceGroupArgs extends NodeContext {
  /** The group without the boot part, which is added here. */
  readonly spec: Omit<GroupSpec, keyof BootSpec>;
  readonly role: Role;
}

/** A scaling group and what its nodes read at boot. */
export class ServiceGroup extends pulumi.ComponentResource {
  // Keeps its former name: it is part of the URN of everything below, and a new one would replace every existing group.
  static readonly __pulumiType = "ape:node:Members";
  readonly group: Group;

  constructor(args: ServiceGroupArgs, opts: pulumi.ComponentResourceOptions) {
    const { spec, role } = args;
    super(
      ServiceGroup.__pulumiType,
      spec.name,
      { machine: spec.machine.name, minNodes: spec.minNodes, maxNodes: spec.maxNodes },
      opts,
    );
    const boot = bootable(args, spec.name, [{ role, node: spec.name }], this, {
      machine: spec.machine.name,
      applied: "replaced",
      dnsNames: [role.name, dnsName(role.name)],
      addresses: [],
      disks: {},
      guard: (order) => args.gates.guardGroup({ name: spec.name, order, minNodes: spec.minNodes }, dependencies(opts)),
    });
    this.group = args.platform.scalingGroup({ ...spec, ...boot.spec }, args.network, {
      parent: this,
      dependsOn: boot.ready,
    });
    this.registerOutputs({ machine: spec.machine.name, minNodes: spec.minNodes, maxNodes: spec.maxNodes });
  }
}
