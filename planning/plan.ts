import * as pulumi from "@pulumi/pulumi";
import { deployApe } from "../stacks/ape";
import { parseConfig, PROJECT } from "../stacks/config/load";
import { KEYS, type Key } from "../stacks/config/keys";
import { notices } from "../stacks/notices";
import { naming, planStack, type StackPlan } from "../stacks/plan";
import { userData } from "../components/node/bootstrap/userdata";
import { bucketName, secretPrefix } from "../components/model/naming";
import { regionZones } from "../components/model/regions";
import { applySettings, readStackFile } from "./stack-file";
import { record, type Judged, type Recorded } from "./record";

/** A stack as it would be deployed: what `--json` prints. */
export interface PlannedStack {
  readonly stack: string;
  readonly cloud: string;
  readonly region: string;
  readonly tier: string;
  readonly placement: string;
  readonly nodes: readonly PlannedNode[];
  /** What its owner must know before it is deployed. */
  readonly notices: readonly string[];
  readonly resources: readonly Recorded[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The resources for policies: with their secrets, never to be shown. */
  readonly judged: () => readonly Judged[];
}

export interface PlannedNode {
  readonly name: string;
  readonly services: readonly string[];
  /** Names of the roles it hosts. */
  readonly roles: readonly string[];
  readonly zone: string;
  readonly instanceType: string;
  readonly vcpu: number;
  readonly memGiB: number;
  /** Memory that its roles were promised. */
  readonly rolesMemGiB: number;
  /** Null for a member of a scaling group: the cloud gives it one. */
  readonly privateIp: string | null;
  readonly disks: readonly { readonly name: string; readonly sizeGiB: number; readonly mount: string }[];
  /** Size of its user data. */
  readonly bootstrapBytes: number;
}

const ORGANIZATION = "organization";

/** A stack's file with settings on top, parsed and planned. Throws UsageError, ConfigError or DoesNotFitError. */
export function planFrom(stack: string, settings: readonly string[]): StackPlan {
  const file = readStackFile(stack);
  const values = applySettings(file.values, settings);
  // A secret may be set for a plan as it is: nothing keeps it.
  const secrets = Object.entries<Key<unknown>>(KEYS).flatMap(([name, key]) =>
    key.secret && name in values ? [name] : [],
  );
  secrets.forEach((name) => delete values[name]);
  return planStack(
    parseConfig({ organization: ORGANIZATION, stack, values, secretKeys: [...file.secretKeys, ...secrets] }),
  );
}

/** Runs the program for a plan under mocks. */
export async function planResources(plan: StackPlan): Promise<PlannedStack> {
  const { spec } = plan;
  const kubeconfig = pulumi.secret("a kubeconfig is not needed to plan");
  const { resources, outputs, judged } = await record(() => deployApe(plan, { kubeconfig }), {
    project: PROJECT,
    organization: ORGANIZATION,
    stack: spec.stack,
    preview: true,
  });
  return {
    stack: spec.stack,
    cloud: spec.cloud,
    region: spec.region,
    tier: spec.tier,
    placement: spec.placement,
    nodes: plannedNodes(plan),
    notices: notices(spec),
    resources,
    outputs,
    judged,
  };
}

/** Every node of a plan: a scaling group's at their least, and a cluster's. */
export function plannedNodes(plan: StackPlan): PlannedNode[] {
  const zoneNames = regionZones(plan.spec.cloud, plan.spec.region);
  const own = plan.nodes.map((node) => ({
    name: node.name,
    services: [...new Set(node.roles.map(({ role }) => role.service))],
    roles: node.roles.map(({ role }) => role.name),
    zone: zoneNames[node.zone]!,
    instanceType: node.machine.name,
    vcpu: node.machine.vcpu,
    memGiB: node.machine.memGiB,
    rolesMemGiB: sum(node.roles.map(({ role }) => role.needs.memGiB)),
    privateIp: node.address,
    disks: node.roles.flatMap(({ role }) =>
      role.disk === undefined
        ? []
        : [{ name: `${role.name}-data`, sizeGiB: role.disk.sizeGiB, mount: role.disk.mount }],
    ),
    bootstrapBytes: bootBytes(plan, node.name),
  }));
  return [...own, ...unnamed(plan, zoneNames)];
}

/** Nodes that the cloud names and gives addresses. */
function unnamed({ apiGroup, cluster, ...plan }: StackPlan, zoneNames: readonly string[]): PlannedNode[] {
  const found = apiGroup ?? cluster;
  const count = apiGroup?.minNodes ?? cluster?.nodes ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const { role, machine } = found!;
    return {
      name: `${role.name}-${index + 1}`,
      services: [role.service],
      roles: [`${role.name}-${index + 1}`],
      zone: zoneNames[index % plan.spec.zones.length]!,
      instanceType: machine.name,
      vcpu: machine.vcpu,
      memGiB: machine.memGiB,
      rolesMemGiB: role.needs.memGiB,
      privateIp: null,
      disks: [],
      // Nodes of a cluster boot the cloud's own image.
      bootstrapBytes: cluster === undefined ? bootBytes(plan, role.name) : 0,
    };
  });
}

function bootBytes({ spec }: Pick<StackPlan, "spec">, node: string): number {
  const names = naming(spec);
  const { cloud, region } = spec;
  return Buffer.byteLength(
    userData({
      cloud,
      region,
      node,
      bootstrapBucket: bucketName(names, "bootstrap"),
      secretPrefix: secretPrefix(names),
      packageMirror: spec.packageMirror,
    }),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
