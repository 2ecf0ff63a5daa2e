import { ebs } from "./disks";
import { part, type Priced, type Pricer, type Pricing } from "./line";
import { machines } from "./machines";
import { HOURS_PER_MONTH } from "./money";
import { at, numberAt, textAt, type PricedResource } from "./resource";
import { balancedGiB, backupsGiB, kibToGiB, loggedGiB, queriesOf } from "./traffic";

/** What a balancer capacity unit covers, of new connections a second and of GiB an hour. Source: AWS, "Elastic Load Balancing pricing". */
const LCU = { connectionsPerSecond: 25, gibPerHour: 1 };

/** What costs money on AWS, by type. */
export const AWS: Readonly<Record<string, Pricer>> = {
  "aws:ec2/instance:Instance": (resource, pricing) => [
    ...machines(resource, pricing, textAt(resource.inputs, "instanceType"), 1),
    ...bootDisk(resource, pricing, resource.inputs.rootBlockDevice, 1),
    ...(at(resource.inputs, "associatePublicIpAddress") === true ? publicAddress(resource, pricing, 1) : []),
    ...(at(resource.inputs, "monitoring") === true ? detailedMonitoring(resource, pricing, 1) : []),
  ],
  "aws:autoscaling/group:Group": (resource, pricing) => {
    const template = templateOf(resource, pricing.resources);
    if (template === undefined) {
      return [
        { resource: resource.name, type: resource.type, reason: "its launch template is not among the resources" },
      ];
    }
    const count = numberAt(resource.inputs, "minSize") ?? 0;
    const [mapping] = (template.inputs.blockDeviceMappings ?? []) as { ebs?: unknown }[];
    return [
      ...machines(resource, pricing, textAt(template.inputs, "instanceType"), count),
      ...bootDisk(resource, pricing, mapping?.ebs, count),
    ];
  },
  "aws:ebs/volume:Volume": (resource, pricing) => {
    const { inputs } = resource;
    const iops = numberAt(inputs, "iops");
    const throughput = numberAt(inputs, "throughput");
    return ebs(resource, pricing, {
      what: "data disk",
      type: textAt(inputs, "type", "gp2"),
      sizeGiB: numberAt(inputs, "size") ?? 0,
      count: 1,
      ...(iops === undefined ? {} : { iops }),
      ...(throughput === undefined ? {} : { throughput }),
    });
  },
  "aws:ec2/natGateway:NatGateway": (resource, pricing) => [
    ...hours(resource, pricing, "network", "NAT gateway", "natGateway.hourly"),
    ...part(resource, pricing, {
      kind: "network",
      what: "through NAT",
      quantity: (pricing.usage.fetchedGiB * pricing.machines) / countOf(pricing, "aws:ec2/natGateway:NatGateway"),
      unit: "GiB",
      price: "natGateway.perGbProcessed",
    }),
  ],
  "aws:ec2/eip:Eip": (resource, pricing) => publicAddress(resource, pricing, 1),
  "aws:lb/loadBalancer:LoadBalancer": (resource, pricing) => {
    if (at(resource.inputs, "loadBalancerType") !== "application") {
      return [{ resource: resource.name, type: resource.type, reason: "only application balancers are priced" }];
    }
    const gibPerHour = balancedGiB(pricing.usage) / HOURS_PER_MONTH;
    const perSecond = pricing.usage.queriesPerHour / 3600;
    const units = Math.max(perSecond / LCU.connectionsPerSecond, gibPerHour / LCU.gibPerHour);
    const zones = (at(resource.inputs, "subnets") as readonly unknown[] | undefined)?.length ?? 1;
    return [
      ...hours(resource, pricing, "balancing", "application load balancer", "loadBalancer.albHourly"),
      ...part(resource, pricing, {
        kind: "balancing",
        what: "capacity units",
        quantity: units * HOURS_PER_MONTH,
        unit: "LCU-h",
        price: "loadBalancer.albLcuHourly",
      }),
      ...(at(resource.inputs, "internal") === true ? [] : publicAddress(resource, pricing, zones)),
    ];
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": (resource, pricing) =>
    at(resource.inputs, "vpcEndpointType") === "Interface"
      ? part(resource, pricing, {
          kind: "network",
          what: "interface endpoint",
          quantity:
            HOURS_PER_MONTH * ((at(resource.inputs, "subnetIds") as readonly unknown[] | undefined)?.length ?? 1),
          unit: "h",
          price: "vpcInterfaceEndpointHourly",
        })
      : [],
  "aws:s3/bucket:Bucket": (resource, pricing) => bucket(resource, pricing),
  "aws:cloudwatch/logGroup:LogGroup": (resource, pricing) =>
    part(resource, pricing, {
      kind: "logs",
      what: "taken in",
      quantity: loggedGiB(pricing.usage),
      unit: "GiB",
      price: "cloudwatch.logIngestGb",
    }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (resource, pricing) =>
    part(resource, pricing, {
      kind: "logs",
      what: "alarm",
      quantity: 1,
      unit: "alarm",
      price: "cloudwatch.alarmStandard",
    }),
  "aws:secretsmanager/secret:Secret": (resource, pricing) =>
    part(resource, pricing, {
      kind: "secrets",
      what: "secret",
      quantity: 1,
      unit: "secret",
      price: "secretsManager.secretMonth",
    }),
  "aws:kms/key:Key": (resource, pricing) =>
    part(resource, pricing, { kind: "secrets", what: "key", quantity: 1, unit: "key", price: "kms.keyMonth" }),
};

/** What AWS asks nothing for: settings of something else, rights, routes, rules, and what is paid by use counted elsewhere. */
export const AWS_FREE: readonly RegExp[] = [
  /^aws:(iam|acm|budgets)\//,
  /^aws:vpc\/securityGroup/,
  /^aws:autoscaling\/(policy|attachment):/,
  /^aws:lb\/(listener|listenerRule|targetGroup|targetGroupAttachment|listenerCertificate):/,
  /^aws:ec2\/(vpc|subnet|routeTable|routeTableAssociation|route|internetGateway|securityGroup|defaultSecurityGroup|launchTemplate|volumeAttachment|flowLog):/,
  /^aws:s3\/(bucket[A-Z]\w*):/,
  /^aws:secretsmanager\/secretVersion:/,
  /^aws:kms\/alias:/,
];

function bootDisk(resource: PricedResource, pricing: Pricing, device: unknown, count: number): Priced[] {
  const inputs = (device ?? {}) as Readonly<Record<string, unknown>>;
  const shape = { what: "boot disk", type: textAt(inputs, "volumeType", "gp2") };
  return ebs(resource, pricing, { ...shape, sizeGiB: numberAt(inputs, "volumeSize") ?? 0, count });
}

function publicAddress(resource: PricedResource, pricing: Pricing, count: number): Priced[] {
  return part(resource, pricing, {
    ...{ kind: "network", what: "public IPv4 addresses", quantity: count * HOURS_PER_MONTH, unit: "h" },
    price: "publicIpv4Hourly",
  });
}

function detailedMonitoring(resource: PricedResource, pricing: Pricing, count: number): Priced[] {
  return part(resource, pricing, {
    ...{ kind: "logs", what: "detailed monitoring", quantity: count, unit: "instance" },
    price: "ec2DetailedMonitoringPerInstanceMonth",
  });
}

function hours(
  resource: PricedResource,
  pricing: Pricing,
  kind: "network" | "balancing",
  what: string,
  price: string,
): Priced[] {
  return part(resource, pricing, { kind, what, quantity: HOURS_PER_MONTH, unit: "h", price });
}

/** The bucket of backups holds what the usage says, that of logs the balancer's; the rest is a few KiB. */
function bucket(resource: PricedResource, pricing: Pricing): Priced[] {
  const { usage } = pricing;
  const kind = "backups";
  switch (resource.name) {
    case "backups":
      return [
        ...part(resource, pricing, {
          ...{ kind, what: "stored", quantity: backupsGiB(usage), unit: "GiB" },
          price: "s3.standardGbMonthFirst50TB",
        }),
        ...part(resource, pricing, {
          ...{ kind, what: "objects written", quantity: usage.objectsWritten / 1000, unit: "thousand" },
          price: "s3.putCopyPostListPer1k",
        }),
      ];
    case "logs":
      return part(resource, pricing, {
        ...{ kind: "logs", what: "stored", quantity: kibToGiB(queriesOf(usage) * usage.loggedKiB), unit: "GiB" },
        price: "s3.standardGbMonthFirst50TB",
      });
    default:
      return [];
  }
}

/** In a plan the reference isn't known yet; group and template then have one name. */
function templateOf(
  { name, inputs }: PricedResource,
  resources: readonly PricedResource[],
): PricedResource | undefined {
  const templates = resources.filter(({ type }) => type === "aws:ec2/launchTemplate:LaunchTemplate");
  const wanted =
    at(inputs, "launchTemplate.id") ??
    at(inputs, "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId");
  return templates.find(({ id }) => id !== "" && id === wanted) ?? templates.find((template) => template.name === name);
}

function countOf({ resources }: Pricing, wanted: string): number {
  return resources.filter(({ type }) => type === wanted).length;
}
