import { listAt, numberAt, textAt, valueAt, type CloudResource } from "../resource";
import { BOOTSTRAP_BUCKET, bucketGb, hourly, HOURS, machines, used, type Charge, type PricingRule } from "./charge";
import { crossZoneGb, GCP_MANAGERS, gcpGroupSize, type World } from "./world";

const FORWARDING_RULES = [
  "gcp:compute/globalForwardingRule:GlobalForwardingRule",
  "gcp:compute/forwardingRule:ForwardingRule",
] as const;
const INSTANCE_TEMPLATES = [
  "gcp:compute/instanceTemplate:InstanceTemplate",
  "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate",
] as const;

/** Charges by Google Cloud resource type. */
export const GCP_RULES: Readonly<Record<string, PricingRule>> = {
  "gcp:compute/instance:Instance": instance,
  ...Object.fromEntries(GCP_MANAGERS.map((type) => [type, group])),
  "gcp:compute/disk:Disk": (resource) => [
    disk("disk", textAt(resource, "type") ?? "pd-standard", numberAt(resource, "size") ?? 0),
  ],
  "gcp:compute/regionDisk:RegionDisk": (resource) => [
    disk("regionDisk", textAt(resource, "type") ?? "pd-standard", numberAt(resource, "size") ?? 0),
  ],
  "gcp:compute/snapshot:Snapshot": snapshot,
  "gcp:storage/bucket:Bucket": bucket,
  "gcp:compute/routerNat:RouterNat": nat,
  ...Object.fromEntries(FORWARDING_RULES.map((type) => [type, forwardingRule])),
  "gcp:compute/globalAddress:GlobalAddress": address,
  "gcp:compute/address:Address": address,
  "gcp:compute/network:Network": (_, world) =>
    world.zones < 2 ? [] : [used("transfer", "between zones", "transfer.zones", crossZoneGb(world))],
  "gcp:compute/subnetwork:Subnetwork": subnetwork,
  "gcp:compute/backendService:BackendService": (resource, { traffic, usage }) =>
    valueAt(resource, "logConfig.enable") === true
      ? [
          used(
            "logs",
            "load balancer logs",
            "logs.ingest",
            usage.logGbPerMillionQueries * traffic.millionQueries * (numberAt(resource, "logConfig.sampleRate") ?? 1),
          ),
        ]
      : [],
  "gcp:secretmanager/secretVersion:SecretVersion": (_, { usage }) => [
    { kind: "secrets and keys", item: "secret version", price: "secret" },
    used("secrets and keys", "reads", "secret.reads", usage.secretReads / 10_000),
  ],
  "gcp:kms/cryptoKey:CryptoKey": () => [{ kind: "secrets and keys", item: "key version", price: "kms.key" }],
  "gcp:compute/securityPolicy:SecurityPolicy": () =>
    "Cloud Armor charges for each policy, rule and request, and the price list doesn't have it",
  "gcp:dns/managedZone:ManagedZone": () => [{ kind: "network", item: "DNS zone", price: "dns.zone" }],
  "gcp:container/cluster:Cluster": () => [hourly("kubernetes", "control plane", "gke.controlPlane")],
  "gcp:container/nodePool:NodePool": nodePool,
};

function instance(resource: CloudResource): readonly Charge[] | string {
  const type = textAt(resource, "machineType");
  if (type === undefined) {
    return "its machine type is not known before deployment";
  }
  const boot = "bootDisk.initializeParams";
  const interfaces = listAt<{ accessConfigs?: unknown[] }>(resource, "networkInterfaces");
  const addresses = interfaces.reduce((sum, { accessConfigs = [] }) => sum + accessConfigs.length, 0);
  const isSpot = textAt(resource, "scheduling.provisioningModel") === "SPOT";
  return [
    { ...machines(type, 1, isSpot), price: { type, mayBeSpot: isSpot, isSpot } },
    disk("disk", textAt(resource, `${boot}.type`) ?? "pd-standard", numberAt(resource, `${boot}.size`) ?? SMALLEST_GB),
    ...(addresses > 0 ? [{ ...hourly("network", "public IPv4 address", "ipv4.vm"), count: addresses }] : []),
  ];
}

/** Smallest boot disk, GB. Source: Compute Engine, disks. */
const SMALLEST_GB = 10;

function group(resource: CloudResource, world: World): readonly Charge[] | string {
  const template = INSTANCE_TEMPLATES.map((type) => world.source(resource, type)).find((found) => found !== undefined);
  const type = template && textAt(template, "machineType");
  if (template === undefined || type === undefined) {
    return "its instance template is not among the resources";
  }
  const count = gcpGroupSize(resource, world);
  const isSpot = textAt(template, "scheduling.provisioningModel") === "SPOT";
  const disks = listAt<{ diskType?: string; diskSizeGb?: number }>(template, "disks");
  return [
    { ...machines(type, count, true), price: { type, mayBeSpot: true, isSpot } },
    ...disks.map(({ diskType = "pd-standard", diskSizeGb = SMALLEST_GB }) => ({
      ...disk("disk", diskType, Number(diskSizeGb)),
      count,
    })),
  ];
}

function disk(family: "disk" | "regionDisk", type: string, gb: number): Charge {
  const name = type.split("/").at(-1)!; // a self link ends with the type's name
  return { kind: "disks", item: `${name} disk`, price: `${family}.${name}`, quantity: gb };
}

function snapshot(resource: CloudResource, world: World): readonly Charge[] {
  const source = world.source(resource, "gcp:compute/disk:Disk");
  const gb = numberAt(resource, "diskSizeGb") ?? (source && numberAt(source, "size")) ?? 0;
  return [{ kind: "backups", item: "snapshot, whole disk", price: "snapshot.storage", quantity: gb }];
}

function bucket(resource: CloudResource, { usage, traffic, nodes }: World): readonly Charge[] {
  if (resource.name === BOOTSTRAP_BUCKET) {
    return [
      used("monitoring", "statuses of nodes", "storage.writes", (usage.statusWritesK * nodes) / 10),
      used("monitoring", "orders read by nodes", "storage.reads", (usage.orderReadsK * nodes) / 10),
    ].filter(({ quantity }) => quantity !== 0);
  }
  const gb = bucketGb(resource.name, usage, traffic.millionQueries);
  const storage = (textAt(resource, "storageClass") ?? "STANDARD").toLowerCase();
  return gb === 0
    ? []
    : [
        used("backups", "objects", `storage.${storage}`, gb),
        used("backups", "writes", "storage.writes", usage.bucketWritesK / 10),
        used("backups", "reads", "storage.reads", usage.bucketReadsK / 10),
      ];
}

/** Number of VMs up to which Cloud NAT charges per VM. Source: Cloud NAT pricing. */
const NAT_VMS = 32;

function nat(_: CloudResource, world: World): readonly Charge[] {
  const gateways = world.ofType("gcp:compute/routerNat:RouterNat").length;
  const vms = Math.ceil(world.nodes / gateways);
  return [
    vms > NAT_VMS
      ? hourly("network", "Cloud NAT", "nat.gateway")
      : hourly("network", `Cloud NAT for ${vms} VMs`, "nat.vm", HOURS * vms),
    used("network", "through Cloud NAT", "nat.traffic", (world.usage.natGbPerNode * world.nodes) / gateways),
  ];
}

/** Forwarding rules that the first charge covers. Source: Cloud Load Balancing pricing. */
const RULES_IN_ONE_CHARGE = 5;

/** The first rule carries the charge for the first five and all traffic. */
function forwardingRule(resource: CloudResource, world: World): readonly Charge[] {
  const places = world.once(
    "places of forwarding rules",
    () => new Map(FORWARDING_RULES.flatMap((type) => world.ofType(type)).map(({ urn }, place) => [urn, place])),
  );
  const place = places.get(resource.urn)!;
  if (place >= RULES_IN_ONE_CHARGE) {
    return [hourly("load balancer", "additional forwarding rule", "forwardingRule.further")];
  }
  if (place > 0) {
    return [];
  }
  const { inGb, outGb } = world.traffic;
  return [
    hourly("load balancer", "forwarding rules, up to five", "forwardingRule.first"),
    used("load balancer", "processed", "loadBalancer.traffic", inGb + outGb),
    used("transfer", "responses to the internet", "transfer.internet", outGb),
  ];
}

/** Free if a forwarding rule uses it. */
function address(resource: CloudResource, world: World): readonly Charge[] {
  if (textAt(resource, "addressType") === "INTERNAL") {
    return [];
  }
  if (FORWARDING_RULES.some((type) => world.users(resource, type).length > 0)) {
    return [];
  }
  const attached = world.users(resource, "gcp:compute/instance:Instance").length > 0;
  return [hourly("network", "public IPv4 address", attached ? "ipv4.vm" : "ipv4.unused")];
}

/** The nodes' flow logs, divided equally among the subnetworks that write them. */
function subnetwork(resource: CloudResource, world: World): readonly Charge[] {
  const logging = ({ inputs }: CloudResource): boolean => inputs.logConfig !== undefined;
  if (!logging(resource)) {
    return [];
  }
  const writers = world.once("subnetworks with flow logs", () => world.ofType(resource.type).filter(logging).length);
  return [used("logs", "flow logs", "logs.network", (world.usage.flowLogGbPerNode * world.nodes) / writers)];
}

function nodePool(resource: CloudResource): readonly Charge[] | string {
  const type = textAt(resource, "nodeConfig.machineType") ?? "e2-medium";
  const each =
    numberAt(resource, "nodeCount") ??
    numberAt(resource, "initialNodeCount") ??
    numberAt(resource, "autoscaling.minNodeCount");
  if (each === undefined) {
    return "its size is not known before deployment";
  }
  const count = each * Math.max(1, listAt(resource, "nodeLocations").length); // the count is per zone
  const isSpot = valueAt(resource, "nodeConfig.spot") === true;
  return [
    { ...machines(type, count, true), kind: "kubernetes", price: { type, mayBeSpot: true, isSpot } },
    {
      ...disk(
        "disk",
        textAt(resource, "nodeConfig.diskType") ?? "pd-balanced",
        numberAt(resource, "nodeConfig.diskSizeGb") ?? GKE_DISK_GB,
      ),
      count,
    },
  ];
}

/** Default disk of a GKE node, GB. Source: GKE, boot disks. */
const GKE_DISK_GB = 100;
