import { machineType } from "../../components/model/machine-types";
import type { Host, LocalBalancer, LocalStack, AllowRule, Permission } from "./local-stack";
import { memberAddress, memberInstance, numericId, type Planned, type Resources } from "./resources";

interface AttachedDisk {
  readonly disk: string;
  readonly instance: string;
  readonly deviceName: string;
}

interface Subnetwork {
  readonly ipCidrRange: string;
}

interface GceInstance {
  readonly zone: string;
  readonly machineType: string;
  readonly networkInterfaces: readonly [{ readonly subnetwork: string; readonly networkIp: string }];
  readonly serviceAccount: { readonly email: string };
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

const DISK = "gcp:compute/disk:Disk";

interface Disk {
  readonly size: number;
}

interface InstanceGroupManager {
  readonly baseInstanceName: string;
  readonly distributionPolicyZones: readonly string[];
  readonly versions: readonly [{ readonly instanceTemplate: string }];
}

interface Autoscaler {
  readonly target: string;
  readonly autoscalingPolicy: { readonly minReplicas: number };
}

type InstanceTemplate = Pick<
  GceInstance,
  "machineType" | "networkInterfaces" | "serviceAccount" | "metadata" | "tags" | "labels"
>;

interface FirewallRule {
  readonly direction: "INGRESS" | "EGRESS";
  readonly allows?: readonly { readonly protocol: string; readonly ports?: readonly string[] }[];
  readonly targetTags: readonly string[];
  readonly sourceTags?: readonly string[];
  readonly sourceRanges?: readonly string[];
  readonly destinationRanges?: readonly string[];
}

/** Translates planned Google Cloud resources. */
export function gcpStack(stack: string, region: string, resources: Resources): LocalStack {
  const hosts = [...instanceHosts(resources), ...groupHosts(resources)];
  const balancer = balancerOf(resources);
  return {
    stack,
    cloud: "gcp",
    region,
    subnets: resources
      .of<Subnetwork>("gcp:compute/subnetwork:Subnetwork")
      .map(({ name, inputs }) => ({ name, cidr: inputs.ipCidrRange })),
    hosts: hosts.map(({ tags, ...host }) => ({
      ...host,
      ingress: allowRules(resources, "INGRESS", tags, hosts),
      egress: allowRules(resources, "EGRESS", tags, hosts),
    })),
    volumes: resources.of<Disk>(DISK).map(({ name, inputs }) => ({ name, sizeGiB: inputs.size })),
    buckets: resources.of<{ name: string }>("gcp:storage/bucket:Bucket").map(({ inputs }) => inputs.name),
    objects: resources
      .of<{ bucket: string; name: string; content: string }>("gcp:storage/bucketObject:BucketObject")
      .map(({ inputs: { bucket, name, content } }) => ({ bucket, key: name, content })),
    secrets: resources
      .of<{ secret: string; secretData: string }>("gcp:secretmanager/secretVersion:SecretVersion")
      .map(({ inputs }) => ({ name: secretName(resources, inputs.secret), value: inputs.secretData })),
    archives: [],
    ...(balancer === undefined ? {} : { balancer }),
    internet: resources.of("gcp:compute/routerNat:RouterNat").length > 0,
  };
}

interface BackendService {
  readonly timeoutSec: number;
  readonly healthChecks: string;
}

interface HealthCheck {
  readonly checkIntervalSec: number;
  readonly timeoutSec: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly httpsHealthCheck: { readonly port: number; readonly requestPath: string };
}

/** Address in the source ranges of Google's load balancers (https://cloud.google.com/load-balancing/docs/https#firewall-rules). */
const GOOGLE_FRONT_END = "35.191.0.1";

function balancerOf(resources: Resources): LocalBalancer | undefined {
  const service = resources.newest<BackendService>("gcp:compute/backendService:BackendService");
  const certificate = resources.newest<{ certificate: string; privateKey: string }>(
    "gcp:compute/sSLCertificate:SSLCertificate",
  );
  if (service === undefined || certificate === undefined) {
    return undefined;
  }
  const { inputs: health } = resources.one<HealthCheck>(
    "gcp:compute/healthCheck:HealthCheck",
    ({ id }) => id === service.inputs.healthChecks,
  );
  return {
    port: health.httpsHealthCheck.port,
    source: GOOGLE_FRONT_END,
    certificate: [certificate.inputs.certificate, certificate.inputs.privateKey].join("\n"),
    idleSeconds: service.inputs.timeoutSec,
    health: {
      path: health.httpsHealthCheck.requestPath,
      intervalSeconds: health.checkIntervalSec,
      timeoutSeconds: health.timeoutSec,
      healthy: health.healthyThreshold,
      unhealthy: health.unhealthyThreshold,
    },
  };
}

interface GceHost extends Omit<Host, "ingress" | "egress"> {
  readonly tags: readonly string[];
}

function instanceHosts(resources: Resources): GceHost[] {
  const attachments = resources.of<AttachedDisk>("gcp:compute/attachedDisk:AttachedDisk").map(({ inputs }) => inputs);
  return resources.of<GceInstance>("gcp:compute/instance:Instance").map(({ id, name, inputs }) => ({
    name,
    instance: numericId(id),
    zone: inputs.zone,
    ...common(resources, inputs),
    address: inputs.networkInterfaces[0].networkIp,
    starts: true,
    disks: attachments
      .filter(({ instance }) => instance === id)
      .map(({ disk: source, deviceName }) => {
        const disk = resources.one<Disk>(DISK, (candidate) => candidate.id === source);
        return { name: disk.name, sizeGiB: disk.inputs.size, path: `/dev/disk/by-id/google-${deviceName}` };
      }),
  }));
}

/** One host per zone of every instance group, so that drills can place a client on either side of an isolated zone. */
function groupHosts(resources: Resources): GceHost[] {
  return resources
    .of<InstanceGroupManager>("gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager")
    .flatMap(({ name, id, inputs }) => {
      const template = resources.one<InstanceTemplate>(
        "gcp:compute/instanceTemplate:InstanceTemplate",
        (candidate) => candidate.id === inputs.versions[0].instanceTemplate,
      ).inputs;
      const autoscaler = resources
        .of<Autoscaler>("gcp:compute/regionAutoscaler:RegionAutoscaler")
        .find((candidate) => candidate.inputs.target === id);
      const subnet = subnetOf(resources, template.networkInterfaces[0].subnetwork);
      return inputs.distributionPolicyZones.map((zone, index) => ({
        name: `${name}-${index + 1}`,
        instance: numericId(memberInstance(name, index, inputs.versions[0])),
        group: name,
        zone,
        ...common(resources, template),
        address: memberAddress(subnet.inputs.ipCidrRange, index),
        starts: index < (autoscaler?.inputs.autoscalingPolicy.minReplicas ?? 0),
        disks: [],
      }));
    });
}

function common(
  resources: Resources,
  inputs: InstanceTemplate,
): Pick<GceHost, "services" | "subnet" | "instanceType" | "vcpu" | "memGiB" | "userData" | "permissions" | "tags"> {
  const { vcpu, memGiB } = machineType("gcp", inputs.machineType)!;
  return {
    services: inputs.labels.service!.split("_"),
    subnet: subnetOf(resources, inputs.networkInterfaces[0].subnetwork).name,
    instanceType: inputs.machineType,
    vcpu,
    memGiB,
    userData: inputs.metadata["startup-script"]!,
    permissions: permissions(resources, `serviceAccount:${inputs.serviceAccount.email}`),
    tags: inputs.tags,
  };
}

function subnetOf(resources: Resources, wanted: string): Planned<Subnetwork> {
  return resources.one<Subnetwork>("gcp:compute/subnetwork:Subnetwork", ({ id }) => id === wanted);
}

function allowRules(
  resources: Resources,
  direction: FirewallRule["direction"],
  tags: readonly string[],
  hosts: readonly Pick<GceHost, "address" | "tags">[],
): AllowRule[] {
  return resources
    .of<FirewallRule>("gcp:compute/firewall:Firewall")
    .map(({ inputs }) => inputs)
    .filter((rule) => rule.direction === direction && rule.targetTags.some((tag) => tags.includes(tag)))
    .flatMap((rule) =>
      (rule.allows ?? []).flatMap(({ ports = ["0-65535"] }) =>
        ports.map((port) => ({ ports: range(port), peers: peers(rule, hosts) })),
      ),
    )
    .filter((permit) => permit.peers.length > 0);
}

function peers(
  { sourceTags = [], sourceRanges = [], destinationRanges = [] }: FirewallRule,
  hosts: readonly Pick<GceHost, "address" | "tags">[],
): string[] {
  return [
    ...sourceRanges,
    ...destinationRanges,
    ...hosts.filter((host) => host.tags.some((tag) => sourceTags.includes(tag))).map(({ address }) => `${address}/32`),
  ];
}

function range(port: string): AllowRule["ports"] {
  const [from, to = from] = port.split("-").map(Number) as [number, number?];
  return { from, to };
}

function secretName(resources: Resources, wanted: string): string {
  return resources.one<{ secretId: string }>("gcp:secretmanager/secret:Secret", ({ id }) => id === wanted).inputs
    .secretId;
}

const BUCKET_ACTIONS: Readonly<Record<string, readonly Permission["action"][]>> = {
  "roles/storage.objectViewer": ["get"],
  "roles/storage.objectUser": ["get", "put", "delete"],
  "roles/storage.legacyBucketReader": ["list"],
};

/** Permissions from the planned IAM bindings of a service account. */
function permissions(resources: Resources, member: string): Permission[] {
  return [
    ...resources
      .of<{ secretId: string; member: string }>("gcp:secretmanager/secretIamMember:SecretIamMember")
      .filter(({ inputs }) => inputs.member === member)
      .map(({ inputs }) => ({
        action: "secret" as const,
        on: secretName(resources, inputs.secretId),
        prefix: "",
        exact: false,
      })),
    ...resources
      .of<{ bucket: string; member: string; role: string; condition?: { expression: string } }>(
        "gcp:storage/bucketIAMMember:BucketIAMMember",
      )
      .filter(({ inputs }) => inputs.member === member)
      .flatMap(({ inputs }) =>
        (BUCKET_ACTIONS[inputs.role] ?? []).map((action) => ({
          action,
          on: inputs.bucket,
          ...objects(inputs.condition?.expression),
        })),
      ),
  ];
}

/** Objects that an IAM condition matches, in the two forms that the program writes. Throws on any other form. */
function objects(expression: string | undefined): Pick<Permission, "prefix" | "exact"> {
  if (expression === undefined) {
    return { prefix: "", exact: false };
  }
  const match = /^resource\.name(\.startsWith\(| == )"projects\/_\/buckets\/[^/]+\/objects\/(.*)"\)?$/.exec(expression);
  if (match === null) {
    throw new Error(`the rehearsal does not support the IAM condition ${expression}`);
  }
  return { prefix: match[2]!, exact: match[1] === " == " };
}
