import { listAt, numberAt, textAt, valueAt, type CloudResource } from "../resource";
import {
  BOOTSTRAP_BUCKET,
  bucketGb,
  countAt,
  hourly,
  HOURS,
  machines,
  used,
  type Charge,
  type PricingRule,
} from "./charge";
import { disk } from "./ebs";
import { awsGroupSize, crossZoneGb, type World } from "./world";

/** Charges by AWS resource type. */
export const AWS_RULES: Readonly<Record<string, PricingRule>> = {
  "aws:ec2/instance:Instance": instance,
  "aws:autoscaling/group:Group": group,
  "aws:ebs/volume:Volume": (volume) =>
    disk({
      type: textAt(volume, "type") ?? "gp2",
      gb: numberAt(volume, "size"),
      iops: numberAt(volume, "iops"),
      throughput: numberAt(volume, "throughput"),
    }),
  "aws:ebs/snapshot:Snapshot": snapshot,
  "aws:s3/bucket:Bucket": bucket,
  "aws:ec2/natGateway:NatGateway": (_, world) => [
    hourly("network", "NAT gateway", "nat.gateway"),
    used("network", "through the NAT gateway", "nat.traffic", natGb(world)),
  ],
  "aws:ec2/eip:Eip": () => [hourly("network", "public IPv4 address", "ipv4.address")],
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:ec2/vpc:Vpc": (_, world) =>
    world.zones < 2 ? [] : [used("transfer", "between zones", "transfer.zones", crossZoneGb(world))],
  "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:cloudwatch/metricAlarm:MetricAlarm": (alarm) => [
    {
      kind: "monitoring",
      item: "alarm",
      price: (numberAt(alarm, "period") ?? 60) < 60 ? "alarm.highResolution" : "alarm",
    },
  ],
  "aws:cloudwatch/dashboard:Dashboard": () => [{ kind: "monitoring", item: "dashboard", price: "dashboard" }],
  "aws:secretsmanager/secret:Secret": (_, { usage }) => [
    { kind: "secrets and keys", item: "secret", price: "secret" },
    used("secrets and keys", "reads", "secret.reads", usage.secretReads / 10_000),
  ],
  "aws:kms/key:Key": () => [{ kind: "secrets and keys", item: "key", price: "kms.key" }],
  "aws:route53/zone:Zone": () => [{ kind: "network", item: "DNS zone", price: "dns.zone" }],
  "aws:eks/cluster:Cluster": (cluster) => [
    hourly(
      "kubernetes",
      "control plane",
      textAt(cluster, "upgradePolicy.supportType") === "EXTENDED" ? "eks.extendedSupport" : "eks.controlPlane",
    ),
  ],
  "aws:eks/nodeGroup:NodeGroup": nodeGroup,
  "aws:ec2/flowLog:FlowLog": (log) =>
    textAt(log, "logDestinationType") === "cloud-watch-logs" ? [] : "only delivery to CloudWatch has a price",
};

function instance(resource: CloudResource, world: World): readonly Charge[] | string {
  const type = textAt(resource, "instanceType");
  if (type === undefined) {
    return "its instance type is not known before deployment";
  }
  return [
    machines(type, 1, textAt(resource, "instanceMarketOptions.marketType") === "spot"),
    ...disk({
      type: textAt(resource, "rootBlockDevice.volumeType") ?? "gp2",
      gb: numberAt(resource, "rootBlockDevice.volumeSize") ?? SMALLEST_ROOT_GB,
      iops: numberAt(resource, "rootBlockDevice.iops"),
      throughput: numberAt(resource, "rootBlockDevice.throughput"),
    }),
    ...extras(type, resource, world, 1),
    ...(valueAt(resource, "associatePublicIpAddress") === true
      ? [hourly("network", "public IPv4 address", "ipv4.address")]
      : []),
  ];
}

/** Boot disk size if none is set: that of the Debian image. */
const SMALLEST_ROOT_GB = 8;

/** Burstable families whose default is unlimited mode. Source: EC2 user guide, unlimited mode. */
const UNLIMITED_BY_DEFAULT = /^t(3|3a|4g)\./;

/** Detailed monitoring, and surplus credits of burstable types in unlimited mode. */
function extras(type: string, of: CloudResource, { usage }: World, count: number): Charge[] {
  const credits = textAt(of, "creditSpecification.cpuCredits");
  const unlimited = UNLIMITED_BY_DEFAULT.test(type) ? credits !== "standard" : credits === "unlimited";
  const monitored = [valueAt(of, "monitoring"), valueAt(of, "monitoring.enabled")].some((on) => on === true);
  return [
    ...(unlimited
      ? [{ ...used("compute", "CPU beyond the baseline", "credits.surplus", usage.surplusVcpuHours), count }]
      : []),
    ...(monitored
      ? [{ kind: "monitoring" as const, item: "detailed monitoring", price: "monitoring.detailed", count }]
      : []),
  ];
}

function group(resource: CloudResource, world: World): readonly Charge[] | string {
  const template = world.source(resource, "aws:ec2/launchTemplate:LaunchTemplate");
  const type = template && textAt(template, "instanceType");
  if (template === undefined || type === undefined) {
    return "its launch template is not among the resources";
  }
  const count = awsGroupSize(resource);
  const spread = "mixedInstancesPolicy.instancesDistribution";
  const base = Math.min(count, countAt(resource, `${spread}.onDemandBaseCapacity`, count));
  const onDemand =
    base + Math.ceil(((count - base) * countAt(resource, `${spread}.onDemandPercentageAboveBaseCapacity`, 100)) / 100);
  const devices = listAt<{ ebs?: TemplateDisk }>(template, "blockDeviceMappings");
  return [
    machines(type, onDemand, true),
    ...(count > onDemand
      ? [{ ...machines(type, count - onDemand, true), price: { type, mayBeSpot: true, isSpot: true } }]
      : []),
    ...devices.flatMap(({ ebs = {} }) =>
      disk({
        type: ebs.volumeType ?? "gp2",
        gb: Number(ebs.volumeSize ?? SMALLEST_ROOT_GB),
        iops: ebs.iops === undefined ? undefined : Number(ebs.iops),
        throughput: ebs.throughput === undefined ? undefined : Number(ebs.throughput),
      }).map((charge) => ({ ...charge, count })),
    ),
    ...extras(type, template, world, count),
  ];
}

/** Launch templates have numbers as numbers or as text. */
interface TemplateDisk {
  readonly volumeType?: string;
  readonly volumeSize?: number | string;
  readonly iops?: number | string;
  readonly throughput?: number | string;
}

function snapshot(resource: CloudResource, world: World): readonly Charge[] {
  const volume = world.source(resource, "aws:ebs/volume:Volume");
  const gb = numberAt(resource, "volumeSize") ?? (volume && numberAt(volume, "size")) ?? 0;
  return [{ kind: "backups", item: "snapshot, whole disk", price: "ebs.snapshot.storage", quantity: gb }];
}

function bucket(resource: CloudResource, { usage, traffic, nodes }: World): readonly Charge[] {
  if (resource.name === BOOTSTRAP_BUCKET) {
    return [
      used("monitoring", "statuses of nodes", "s3.standard.writes", usage.statusWritesK * nodes),
      used("monitoring", "orders read by nodes", "s3.standard.reads", usage.orderReadsK * nodes),
    ].filter(({ quantity }) => quantity !== 0);
  }
  const gb = bucketGb(resource.name, usage, traffic.millionQueries);
  return [
    used("backups", "objects", "s3.standard.storage", gb),
    used("backups", "writes", "s3.standard.writes", gb === 0 ? 0 : usage.bucketWritesK),
    used("backups", "reads", "s3.standard.reads", gb === 0 ? 0 : usage.bucketReadsK),
  ].filter(({ quantity }) => quantity !== 0);
}

/** The nodes' traffic, divided equally among the gateways. */
function natGb(world: World): number {
  const gateways = world.ofType("aws:ec2/natGateway:NatGateway").length;
  return (world.usage.natGbPerNode * world.nodes) / gateways;
}

/** Capacity of one load balancer capacity unit. Source: Elastic Load Balancing pricing. */
const LCU = { gbPerHour: 1, connectionsPerSecond: 25 };
const NLCU = { gbPerHour: 1, connectionsPerSecond: 800 };

function loadBalancer(resource: CloudResource, world: World): readonly Charge[] {
  const network = textAt(resource, "loadBalancerType") === "network";
  const { inGb, outGb } = world.traffic;
  const unit = network ? NLCU : LCU;
  const units = Math.max(
    (inGb + outGb) / HOURS / unit.gbPerHour,
    world.usage.queriesPerHour / 3600 / unit.connectionsPerSecond,
  );
  const price = network ? "nlb" : "alb";
  const subnets = Math.max(1, listAt(resource, "subnets").length, listAt(resource, "subnetMappings").length);
  const own: Charge[] = [
    hourly("load balancer", network ? "network load balancer" : "application load balancer", `${price}.hour`),
    used("load balancer", "capacity units", `${price}.capacity`, units * HOURS),
  ];
  return valueAt(resource, "internal") === true
    ? own
    : [
        ...own,
        { ...hourly("load balancer", "public IPv4 address, one per zone", "ipv4.address"), count: subnets },
        used("transfer", "responses to the internet", "transfer.internet", outGb),
      ];
}

function endpoint(resource: CloudResource, world: World): readonly Charge[] {
  if ((textAt(resource, "vpcEndpointType") ?? "Gateway") === "Gateway") {
    return [];
  }
  const subnets = listAt(resource, "subnetIds");
  return [
    { ...hourly("network", "interface endpoint, one per zone", "endpoint.hour"), count: Math.max(1, subnets.length) },
    used("network", "through the endpoint", "endpoint.traffic", world.usage.nodeLogGb * world.nodes),
  ];
}

const DAYS_PER_MONTH = 30;

function logGroup(resource: CloudResource, world: World): readonly Charge[] {
  const { usage, nodes } = world;
  const flow = world.users(resource, "aws:ec2/flowLog:FlowLog").length > 0;
  const gb = (flow ? usage.flowLogGbPerNode : usage.nodeLogGb) * nodes;
  // Without a retention, logs never expire: one year is counted.
  const months = (numberAt(resource, "retentionInDays") || 365) / DAYS_PER_MONTH;
  return [
    used("logs", flow ? "flow logs" : "logs", "logs.ingest", gb),
    used("logs", "log storage", "logs.storage", gb * months),
  ];
}

function nodeGroup(resource: CloudResource, world: World): readonly Charge[] | string {
  const template = world.source(resource, "aws:ec2/launchTemplate:LaunchTemplate");
  const named = template === undefined ? undefined : textAt(template, "instanceType");
  const size = template === undefined ? undefined : numberAt(template, "blockDeviceMappings.0.ebs.volumeSize");
  const [type] = [...listAt<string>(resource, "instanceTypes"), named ?? EKS_TYPE];
  const count = numberAt(resource, "scalingConfig.desiredSize") ?? numberAt(resource, "scalingConfig.minSize");
  if (count === undefined) {
    return "its size is not known before deployment";
  }
  const spot = textAt(resource, "capacityType") === "SPOT";
  return [
    { ...machines(type, count, true), kind: "kubernetes", price: { type, mayBeSpot: true, isSpot: spot } },
    ...disk({
      type: "gp3",
      gb: size ?? numberAt(resource, "diskSize") ?? EKS_DISK_GB,
      iops: undefined,
      throughput: undefined,
    }).map((charge) => ({ ...charge, count })),
  ];
}

/** Default instance type of a managed node. Source: EKS API reference, instanceTypes. */
const EKS_TYPE = "t3.medium";

/** Default disk of a managed node, GiB. Source: EKS API reference, diskSize. */
const EKS_DISK_GB = 20;
