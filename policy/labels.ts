import type { Cloud } from "../components/model/cloud";
import { stackLabels } from "../stacks/labels";
import { cloudOfType } from "./cloud";
import type { ResourceView } from "./subject";
import type { ResourceValues } from "./values";

/** Labels that every resource has, by lower-case name; on AWS they are in PascalCase. */
export const REQUIRED_LABELS = Object.keys(stackLabels({ stack: "", tier: "", owner: "", costCentre: "" }));

/** AWS types that support tags, except parts of a tagged resource: its rules, listeners, profiles and objects. */
const TAGGED = [
  "acm/certificate:Certificate",
  "backup/plan:Plan",
  "backup/vault:Vault",
  "cloudwatch/logGroup:LogGroup",
  "cloudwatch/metricAlarm:MetricAlarm",
  "ebs/snapshot:Snapshot",
  "ebs/volume:Volume",
  "ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "ec2/eip:Eip",
  "ec2/flowLog:FlowLog",
  "ec2/instance:Instance",
  "ec2/internetGateway:InternetGateway",
  "ec2/launchTemplate:LaunchTemplate",
  "ec2/natGateway:NatGateway",
  "ec2/routeTable:RouteTable",
  "ec2/securityGroup:SecurityGroup",
  "ec2/subnet:Subnet",
  "ec2/vpc:Vpc",
  "ec2/vpcEndpoint:VpcEndpoint",
  "eks/addon:Addon",
  "eks/cluster:Cluster",
  "eks/nodeGroup:NodeGroup",
  "eks/podIdentityAssociation:PodIdentityAssociation",
  "elasticache/replicationGroup:ReplicationGroup",
  "iam/policy:Policy",
  "iam/role:Role",
  "kms/key:Key",
  "lambda/function:Function",
  "lb/loadBalancer:LoadBalancer",
  "lb/targetGroup:TargetGroup",
  "rds/cluster:Cluster",
  "rds/instance:Instance",
  "s3/bucket:Bucket",
  "secretsmanager/secret:Secret",
  "sns/topic:Topic",
  "sqs/queue:Queue",
  "ssm/parameter:Parameter",
].map((type) => `aws:${type}`);

/** The Auto Scaling group, whose tags are a list. */
export const LISTED = "aws:autoscaling/group:Group";

/** Google Cloud types that support labels. */
const LABELLED = [
  "compute/address:Address",
  "compute/disk:Disk",
  "compute/forwardingRule:ForwardingRule",
  "compute/globalAddress:GlobalAddress",
  "compute/globalForwardingRule:GlobalForwardingRule",
  "compute/image:Image",
  "compute/instance:Instance",
  "compute/instanceTemplate:InstanceTemplate",
  "compute/regionDisk:RegionDisk",
  "compute/snapshot:Snapshot",
  "kms/cryptoKey:CryptoKey",
  "pubsub/topic:Topic",
  "redis/instance:Instance",
  "secretmanager/secret:Secret",
  "storage/bucket:Bucket",
].map((type) => `gcp:${type}`);

/** Label properties of types that differ from their cloud's usual one. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "gcp:container/cluster:Cluster": "resourceLabels",
  "gcp:container/nodePool:NodePool": "nodeConfig.resourceLabels",
};

/** Kubernetes kinds that must have the stack's labels. */
const KUBERNETES = [
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:core/v1:Namespace",
  "kubernetes:core/v1:Secret",
  "kubernetes:core/v1:Service",
  "kubernetes:core/v1:ServiceAccount",
  "kubernetes:networking.k8s.io/v1:Ingress",
  "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  "kubernetes:policy/v1:PodDisruptionBudget",
];

/** Every type that needs labels. */
export const LABELLED_TYPES: readonly string[] = [
  ...TAGGED,
  LISTED,
  ...LABELLED,
  ...Object.keys(ELSEWHERE),
  ...KUBERNETES,
];

/** The property that holds a resource's labels; Kubernetes' objects have theirs in metadata.labels. */
const PROPERTY: Readonly<Record<Cloud, string>> = { aws: "tags", gcp: "labels" };

/** How a cloud writes a label's name. */
const WRITTEN: Readonly<Record<Cloud, (label: string) => string>> = {
  aws: (label) => label.replace(/(^|-)([a-z])/g, (_, __, first: string) => first.toUpperCase()),
  gcp: (label) => label,
};

const KNOWN = new Set(LABELLED_TYPES);

/** Property path of a type's labels; undefined if it supports none. */
export function labelProperty(type: string): string | undefined {
  if (!KNOWN.has(type)) {
    return undefined;
  }
  const cloud = cloudOfType(type);
  return ELSEWHERE[type] ?? (cloud === undefined ? "metadata.labels" : PROPERTY[cloud]);
}

/** Labels by the values that they were read from: most rules of stacks ask for those of every resource. */
const LABELS = new WeakMap<ResourceValues, ReadonlyMap<string, string>>();

/** A resource's labels by lower-case name. Throws NotKnownError if they are unknown. */
export function labelsOf({ type, values }: ResourceView): ReadonlyMap<string, string> {
  const labels = LABELS.get(values) ?? readLabels(type, values);
  LABELS.set(values, labels);
  return labels;
}

function readLabels(type: string, values: ResourceValues): ReadonlyMap<string, string> {
  const property = labelProperty(type);
  if (property === undefined) {
    return new Map();
  }
  const pairs =
    type === LISTED
      ? values.list(property).map((tag): [string, string] => [tag.text("key") ?? "", tag.text("value") ?? ""])
      : values.texts(property);
  return new Map(pairs.map(([name, value]) => [kebabCase(name), value]));
}

/** A label's name in the style of a type's cloud: "cost-centre" is "CostCentre" on AWS. */
export function labelName(type: string, label: string): string {
  const cloud = cloudOfType(type);
  return cloud === undefined ? label : WRITTEN[cloud](label);
}

function kebabCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])([A-Z])/g, "-$1").toLowerCase();
}
