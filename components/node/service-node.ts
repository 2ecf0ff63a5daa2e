import * as pulumi from "@pulumi/pulumi";
import type { StackAuthority } from "../pki/stack-authority";
import { secretPrefix } from "../model/naming";
import { dependencies } from "../platform/options";
import type { Bucket, Disk, Group, GroupSpec, Network, Node, Platform } from "../platform/platform";
import { renderBundle } from "./bootstrap/bundle";
import { nodeSecret, userData } from "./bootstrap/userdata";
import type { NodePlan } from "./placement";
import { dnsName, type Placed, type Role, type Service } from "../model/role";

/** What all nodes of a stack are made with. */
export interface NodeContext {
  readonly platform: Platform;
  readonly network: Network;
  readonly authority: StackAuthority;
  /** Where nodes find their bootstraps. */
  readonly bootstrap: Bucket;
  /** Every placed role of the stack: nodes know each other by it. */
  readonly all: readonly Placed[];
}

export interface ServiceNodeArgs extends NodeContext {
  readonly plan: NodePlan;
  /** Data disks by role name. */
  readonly disks: ReadonlyMap<string, Disk>;
}

/** One node with all that it needs to boot: its bootstrap, its certificate, its disks. */
export class ServiceNode extends pulumi.ComponentResource {
  static readonly __pulumiType = "ape:node:Member";
  readonly node: Node;

  constructor(args: ServiceNodeArgs, opts: pulumi.ComponentResourceOptions) {
    const { platform, plan } = args;
    super(
      ServiceNode.__pulumiType,
      plan.name,
      { zone: plan.zone, machine: plan.machine.name, roles: plan.roles.map(nameOf) },
      opts,
    );
    const disks = plan.roles
      .filter(({ role }) => role.disk !== undefined)
      .map(({ role }) => [role.name, args.disks.get(role.name)!] as const);
    const boot = bootable(args, plan.name, plan.roles, this, {
      dnsNames: [plan.name, ...plan.roles.map(nameOf), ...plan.roles.map(({ role }) => dnsName(role.name))],
      addresses: [plan.address],
      disks: Object.fromEntries(disks.map(([name, disk]) => [name, disk.devicePath])),
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
      disks.map(([, disk]) => disk),
      // One after the other: a change never takes two members of a service down at once.
      { parent: this, dependsOn: [...boot.ready, ...dependencies(opts)] },
    );
    this.registerOutputs({ zone: plan.zone, machine: plan.machine.name, address: plan.address });
  }
}

export interface ServiceGroupArgs extends NodeContext {
  /** The group as planned, but for how its members boot. */
  readonly spec: Omit<GroupSpec, keyof BootSpec>;
  readonly role: Role;
}

/** A scaling group with all that its members need to boot. */
export class ServiceGroup extends pulumi.ComponentResource {
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
      dnsNames: [role.name, dnsName(role.name)],
      addresses: [],
      disks: {},
    });
    this.group = args.platform.scalingGroup({ ...spec, ...boot.spec }, args.network, {
      parent: this,
      dependsOn: boot.ready,
    });
    this.registerOutputs({ machine: spec.machine.name, minNodes: spec.minNodes, maxNodes: spec.maxNodes });
  }
}

type BootSpec = Pick<GroupSpec, "userData" | "secrets" | "grants" | "bootstrap">;

/** Hexadecimal digits of a bootstrap's hash: enough to tell two apart, and to fit where labels go. */
const HASH_LENGTH = 16;

interface Boot {
  readonly spec: BootSpec;
  readonly ready: pulumi.Resource[];
}

function bootable(
  nodeContext: NodeContext,
  name: string,
  roles: readonly Placed[],
  parent: pulumi.Resource,
  own: {
    dnsNames: readonly string[];
    addresses: readonly string[];
    disks: Readonly<Record<string, pulumi.Output<string>>>;
  },
): Boot {
  const { platform, authority, bootstrap } = nodeContext;
  const { context } = platform;
  const bundle = renderBundle(name, roles, nodeContext.all);
  const { certificate, key, chain } = authority.issue({
    name,
    dnsNames: [...new Set([...own.dnsNames, "localhost"])],
    addresses: [...own.addresses, "127.0.0.1"],
  });
  const secret = platform.secret(
    { name: nodeSecret(name), keep: false },
    pulumi.jsonStringify({ ca: chain, certificate, key, disks: own.disks }),
    { parent },
  );
  const script = platform.object(bootstrap, `bootstrap/${bundle.sha256}.sh`, bundle.script, `${name}-bootstrap`, {
    parent,
  });
  const pointer = platform.object(bootstrap, `nodes/${name}`, bundle.sha256, `${name}-current`, {
    parent,
    dependsOn: script,
  });
  return {
    spec: {
      bootstrap: bundle.sha256.slice(0, HASH_LENGTH),
      userData: userData({
        cloud: context.cloud,
        region: context.region,
        node: name,
        bootstrapBucket: bootstrap.name,
        secretPrefix: secretPrefix(context),
        packageMirror: context.packageMirror,
      }),
      secrets: [nodeSecret(name), ...new Set(roles.flatMap(({ role }) => role.secrets))],
      grants: roles.flatMap(({ role }) => role.grants),
    },
    ready: [secret.resource, script, pointer],
  };
}

function servicesOf(roles: readonly Placed[]): Service[] {
  return [...new Set(roles.map(({ role }) => role.service))];
}

function nameOf(placed: Placed): string {
  return placed.role.name;
}
