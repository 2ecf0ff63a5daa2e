import { SERVICES } from "../components/model/role";
import { machineType, type MachineType } from "../components/model/machine-types";
import type { Cloud } from "../components/model/cloud";
import { cloudOfType } from "./cloud";
import { labelsOf } from "./labels";
import type { Share } from "./limits";
import type { StackResource, StackView, ResourceView } from "./subject";

export const AWS_INSTANCE = "aws:ec2/instance:Instance";
export const AWS_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
export const AWS_SCALING_GROUP = "aws:autoscaling/group:Group";
export const AWS_DISK = "aws:ebs/volume:Volume";
export const AWS_ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment";
export const GCP_ATTACHMENT = "gcp:compute/attachedDisk:AttachedDisk";
export const GCP_INSTANCE = "gcp:compute/instance:Instance";
export const GCP_TEMPLATES = [
  "gcp:compute/instanceTemplate:InstanceTemplate",
  "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate",
] as const;
export const GCP_GROUPS = [
  "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager",
  "gcp:compute/instanceGroupManager:InstanceGroupManager",
] as const;
export const GCP_AUTOSCALERS = ["gcp:compute/regionAutoscaler:RegionAutoscaler", "gcp:compute/autoscaler:Autoscaler"];
export const AWS_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
export const GCP_NODE_POOL = "gcp:container/nodePool:NodePool";
export const GCP_DISKS = ["gcp:compute/disk:Disk", "gcp:compute/regionDisk:RegionDisk"] as const;

/** Resource types that name an instance type. */
export const MACHINES: readonly string[] = [AWS_INSTANCE, AWS_TEMPLATE, GCP_INSTANCE, ...GCP_TEMPLATES, GCP_NODE_POOL];
export const INSTANCES: readonly string[] = [AWS_INSTANCE, GCP_INSTANCE];
export const DISKS: readonly string[] = [AWS_DISK, ...GCP_DISKS];

/** The property of an instance or template that names its instance type. */
const TYPE_PROPERTY: Readonly<Record<Cloud, string>> = { aws: "instanceType", gcp: "machineType" };

/** An instance type that a resource names. */
export interface NamedType {
  readonly cloud: Cloud;
  readonly name: string;
}

/** The instance type that an instance, template or node pool starts; undefined when it names none. */
export function typeOf({ type, values }: ResourceView): NamedType | undefined {
  const cloud = cloudOfType(type);
  if (cloud === undefined) {
    return undefined;
  }
  const name = values.text(type === GCP_NODE_POOL ? "nodeConfig.machineType" : TYPE_PROPERTY[cloud]);
  return name === undefined ? undefined : { cloud, name };
}

/** The catalogue entry of the instance type that a resource starts; undefined when it names none or the type is unknown. */
export function machineOf(subject: ResourceView): MachineType | undefined {
  const type = typeOf(subject);
  return type === undefined ? undefined : machineType(type.cloud, type.name);
}

/** The service of a machine or disk, by its label. The label of a shared one names several services. */
export function shareOf(subject: ResourceView): Share {
  const label = labelsOf(subject).get("service");
  return SERVICES.find((service) => service === label) ?? "shared";
}

/** Machines of one type that a resource starts. */
export interface Started {
  readonly subject: StackResource;
  readonly share: Share;
  readonly machine: MachineType | undefined;
  /** Maximum number. */
  readonly count: number;
}

/** Every machine of a stack, counting scaling groups and clusters at their maximum. */
export function startedMachines(stack: StackView): Started[] {
  const alone = stack.of(...INSTANCES).map((subject) => started(subject, subject, 1));
  return [...alone, ...awsGroups(stack), ...gcpGroups(stack), ...clusterNodes(stack)];
}

function clusterNodes(stack: StackView): Started[] {
  const groups = stack.of(AWS_NODE_GROUP).flatMap((group) =>
    group
      .references("launchTemplate")
      .filter(({ type }) => type === AWS_TEMPLATE)
      .map((template) => started(group, template, group.values.number("scalingConfig.maxSize") ?? 0)),
  );
  const pools = stack.of(GCP_NODE_POOL).map((pool) => {
    const each = pool.values.number("autoscaling.maxNodeCount") ?? pool.values.number("nodeCount") ?? 0;
    return started(pool, pool, each * Math.max(1, pool.values.strings("nodeLocations").length));
  });
  return [...groups, ...pools];
}

function awsGroups(stack: StackView): Started[] {
  return stack.of(AWS_SCALING_GROUP).flatMap((group) =>
    ["launchTemplate", "mixedInstancesPolicy"]
      .flatMap((property) => group.references(property))
      .filter(({ type }) => type === AWS_TEMPLATE)
      .map((template) => started(group, template, group.values.number("maxSize") ?? 0)),
  );
}

function gcpGroups(stack: StackView): Started[] {
  return stack.of(...GCP_GROUPS).flatMap((group) => {
    const scalers = GCP_AUTOSCALERS.flatMap((type) => stack.referring(type, "target", group));
    const most = scalers.map(({ values }) => values.number("autoscalingPolicy.maxReplicas") ?? 0);
    const count = scalers.length > 0 ? Math.max(...most) : (group.values.number("targetSize") ?? 0);
    return group
      .references("versions")
      .filter(({ type }) => (GCP_TEMPLATES as readonly string[]).includes(type))
      .map((template) => started(group, template, count));
  });
}

function started(subject: StackResource, named: StackResource, count: number): Started {
  return { subject, share: shareOf(named), machine: machineOf(named), count };
}
