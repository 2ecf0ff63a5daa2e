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

/** What a deployment of a stack would create. `--json` prints it. */
export interface PlannedStack {
  readonly stack: string;
  readonly cloud: string;
  readonly region: string;
  readonly tier: string;
  readonly placement: string;
  readonly nodes: readonly PlannedNode[];
  /** What the owner must know before the deployment. */
  readonly notices: readonly string[];
  readonly resources: readonly Recorded[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The resources for policies, with their secrets. Never print them. */
  readonly judged: () => readonly Judged[];
}

export interface PlannedNode {
  readonly name: string;
  readonly services: readonly string[];
  /** Names of the roles on the node. */
  readonly roles: readonly string[];
  readonly zone: string;
  readonly instanceType: string;
  readonly vcpu: number;
  readonly memGiB: number;
  /** GiB that the node's roles reserve. */
  readonly rolesMemGiB: number;
  /** Null for a node of a scaling group, whose address the cloud assigns. */
  readonly privateIp: string | null;
  readonly disks: readonly { readonly name: string; readonly sizeGiB: number; readonly mount: string }[];
  /** Size of the user data. */
  readonly bootstrapBytes: number;
}

const ORGANIZATION = "organization";

/** Plans a stack from its config file and `--set` settings, which override it. Throws UsageError, ConfigError or DoesNotFitError. */
export function planFrom(stack: string, settings: readonly string[]): StackPlan {
  const file = readStackFile(stack);
  const values = applySettings(file.values, settings);
  // A plan accepts secrets in plain text, because it stores nothing.
  const secrets = Object.entries<Key<unknown>>(KEYS).flatMap(([name, key]) =>
    key.secret && name in values ? [name] : [],
  );
  secrets.forEach((name) => delete values[name]);
  return planStack(
    parseConfig({ organization: ORGANIZATION, stack, values, secretKeys: [...file.secretKeys, ...secrets] }),
  );
}

/** Runs the program for a plan with mocked cloud APIs. */
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

/** Every node of a plan: named nodes, the minimum of a scaling group, the nodes of a cluster. */
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

/** Nodes whose names and addresses the cloud assigns. */
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
      // Nodes of a cluster boot the image of the cloud's Kubernetes service.
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
