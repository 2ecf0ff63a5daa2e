/**
 * The interface between services and clouds. `aws/` and `gcp/` implement it; services don't know their cloud, and platforms
 * don't know the services. Everything in a spec is a plain value, so that policies see it at preview; only values that a
 * cloud generates, such as ids, are outputs.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../model/cloud";
import type { FlowRule } from "../model/flows";
import type { Grant, Service } from "../model/role";
import type { MachineType } from "../model/machine-types";

/** Properties that all resources of a stack share. */
export interface StackContext {
  readonly cloud: Cloud;
  readonly region: string;
  /** Names of the region's zones; a role's zone is an index into them. At least two, even if the stack uses one. */
  readonly zones: readonly string[];
  /** AWS account id or Google Cloud project id. Empty: the one of the credentials. */
  readonly account: string;
  /** "ape-<stack>": prefix of every name that must be unique in the account. */
  readonly prefix: string;
  /** Suffix of every bucket name: bucket names are globally unique. */
  readonly bucketSuffix: string;
  /** Customer-managed encryption key. Empty: the platform's default. */
  readonly kmsKey: string;
  /** Debian mirror that nodes install from. Empty: deb.debian.org. */
  readonly packageMirror: string;
  /** Boot image. Empty: the one pinned for the region. */
  readonly image: string;
  /** Whether resources that hold data are protected from deletion, and retained when the stack is destroyed. */
  readonly protectData: boolean;
  /** Labels of every resource, keys in lower case. */
  readonly labels: Readonly<Record<string, string>>;
}

export const NAT_MODES = ["none", "one", "per-zone"] as const;
export type NatMode = (typeof NAT_MODES)[number];

export interface NetworkSpec {
  readonly cidr: string;
  /** Number of zones with nodes. */
  readonly zones: number;
  readonly nat: NatMode;
  /** Networks that may connect to the load balancer. */
  readonly clientCidrs: readonly string[];
  /** Networks of the API's pods if it runs on Kubernetes; otherwise empty. */
  readonly apiCidrs: readonly string[];
  /** Whether the stack creates that cluster in this network. */
  readonly cluster: boolean;
  readonly services: readonly Service[];
  readonly flows: readonly FlowRule[];
}

/** A data disk: encrypted, protected, and not replaced when its node is. */
export interface DiskSpec {
  readonly name: string;
  readonly service: Service;
  readonly zone: number;
  readonly sizeGiB: number;
}

export interface NodeSpec {
  readonly name: string;
  readonly zone: number;
  readonly machine: MachineType;
  readonly address: string;
  readonly services: readonly Service[];
  /** The boot script: small, and constant over the node's life. */
  readonly userData: string;
  /** Secrets that the node may read. */
  readonly secrets: readonly string[];
  readonly grants: readonly Grant[];
}

export interface GroupSpec {
  readonly name: string;
  readonly machine: MachineType;
  readonly services: readonly Service[];
  readonly userData: string;
  readonly secrets: readonly string[];
  readonly grants: readonly Grant[];
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly targetCpuPercent: number;
  /** Hash of the members' bootstrap. A new hash replaces all members, one after another. */
  readonly bootstrap: string;
  /** Percentage of the capacity above `minNodes` that may be spot, 0 to 100. */
  readonly spotPercent: number;
  /** The load balancer's health check of a member. */
  readonly health: HealthCheck;
}

/** Health check parameters of load balancers. Ours; five seconds is AWS' minimum interval. */
export const HEALTH_CHECKS = { intervalSeconds: 5, timeoutSeconds: 3, healthy: 2, unhealthy: 2 } as const;

/** Upper bound in seconds until a load balancer has detected that a member became ready or unready. */
export const NOTICED_SECONDS = {
  ready: HEALTH_CHECKS.healthy * HEALTH_CHECKS.intervalSeconds + HEALTH_CHECKS.timeoutSeconds,
  unready: HEALTH_CHECKS.unhealthy * HEALTH_CHECKS.intervalSeconds + HEALTH_CHECKS.timeoutSeconds,
} as const;

export interface HealthCheck {
  readonly port: number;
  readonly path: string;
}

/** Value of `certificate` for a certificate that the cloud issues and renews. */
export const MANAGED_CERTIFICATE = "managed";

export interface BalancerSpec {
  readonly name: string;
  /** The API's public domain. Empty: the load balancer's own host name or address. */
  readonly domain: string;
  /** An existing certificate (ACM ARN or self link) or MANAGED_CERTIFICATE. Empty: one issued by the stack's certificate authority. */
  readonly certificate: string;
  /** DNS zone for the domain's records: a Route 53 zone id or a Cloud DNS zone name. Empty: DNS is managed elsewhere. */
  readonly dnsZone: string;
  readonly backend: HealthCheck;
  /** Seconds that a request may take: idle connections are closed after it, and targets drain within it. */
  readonly timeoutSeconds: number;
  readonly clientCidrs: readonly string[];
}

export interface BucketSpec {
  /** Purpose, for example "backups"; the bucket's name derives from it. */
  readonly name: string;
  /** Whether it holds data that can't be recreated: protected like a data disk. */
  readonly keep: boolean;
  /** Days after which a noncurrent version expires. */
  readonly noncurrentDays: number;
}

export interface SecretSpec {
  /** For example "redis-api"; the name in the store derives from it. */
  readonly name: string;
  /** Whether it is protected like a data disk: required to read retained backups. */
  readonly keep: boolean;
}

/** The stack's monthly budget and the addresses to notify. */
export interface BudgetSpec {
  readonly name: string;
  /** US dollars a month. */
  readonly usd: number;
  readonly emails: readonly string[];
  /** Google Cloud billing account. Empty: none is configured. */
  readonly billingAccount: string;
}

/** A Kubernetes cluster for the API, in the stack's network. */
export interface ClusterSpec {
  readonly name: string;
  /** Minor version, "1.36". */
  readonly version: string;
  readonly machine: MachineType;
  /** Number of nodes, spread across the zones; a multiple of the number of zones. */
  readonly nodes: number;
  /** The node port of the API. */
  readonly servingPort: number;
  /** Networks that may reach the control plane from outside. If there are none, it has no public endpoint. */
  readonly operatorCidrs: readonly string[];
  /** The Kubernetes service account that is bound to a cloud identity, and the secrets that the identity may read. */
  readonly account: { readonly namespace: string; readonly name: string; readonly secrets: readonly string[] };
}

export interface Cluster {
  readonly resource: pulumi.Resource;
  /** Kubeconfig that uses the caller's cloud credentials. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Its nodes, as a load balancer backend. */
  readonly nodes: Group;
  /** Annotations that bind the service account to its identity. */
  readonly serviceAccountAnnotations: Readonly<Record<string, pulumi.Input<string>>>;
}

export interface Network {
  /** Opaque to services. */
  readonly resource: pulumi.Resource;
}

export interface Disk {
  readonly resource: pulumi.Resource;
  /** Path below /dev/disk/by-id, which does not depend on the order of attachment. */
  readonly devicePath: pulumi.Output<string>;
  /**
   * Attaches the disk to a node, after it was detached from the one before. Returns the attachment, which is a sibling of the
   * disk: the same resource on any node. Call once.
   * @param slot position on the node, from 0. A change detaches the disk and stops its node
   */
  attachTo(node: Node, slot: number): pulumi.Resource;
}

export interface Node {
  readonly resource: pulumi.Resource;
  /** The machine itself. */
  readonly instance: pulumi.CustomResource;
}

export interface Group {
  readonly resource: pulumi.Resource;
}

/** The load balancer's targets: a scaling group, or nodes with fixed addresses. */
export type Backend = { readonly group: Group } | { readonly nodes: readonly Node[] };

export interface Balancer {
  readonly resource: pulumi.Resource;
  /** Host name or address of the load balancer. */
  readonly host: pulumi.Output<string>;
}

export interface Bucket {
  readonly resource: pulumi.Resource;
  readonly name: string;
}

/**
 * A bucket's objects, read and written during an update or by a command, with the deployer's credentials. Needs no route to
 * the nodes.
 */
export interface ObjectStore {
  /** The object's content; undefined if it does not exist. Throws if the cloud refuses. */
  get(key: string): Promise<string | undefined>;
  put(key: string, content: string): Promise<void>;
  /** Keys below a prefix; empty if the bucket does not exist. */
  list(prefix: string): Promise<readonly string[]>;
}

export interface Secret {
  readonly resource: pulumi.Resource;
  /** ARN or resource name for reading the secret; never its value. */
  readonly reference: pulumi.Output<string>;
}

/** Certificate, key and chain for the load balancer, PEM. */
export interface ServerCertificate {
  readonly certificate: pulumi.Input<string>;
  readonly key: pulumi.Input<string>;
  readonly chain: pulumi.Input<string>;
}

export interface Platform {
  readonly context: StackContext;
  /** Provider for the stack's root component; children inherit it. */
  readonly provider: pulumi.ProviderResource;
  /** Creates what other resources depend on: the encryption key and the access log bucket. Call once, first. */
  foundation(opts: pulumi.ComponentResourceOptions): void;
  network(spec: NetworkSpec, opts: pulumi.ComponentResourceOptions): Network;
  disk(spec: DiskSpec, opts: pulumi.CustomResourceOptions): Disk;
  node(spec: NodeSpec, on: Network, opts: pulumi.ComponentResourceOptions): Node;
  cluster(spec: ClusterSpec, on: Network, opts: pulumi.ComponentResourceOptions): Cluster;
  /** Source networks of the load balancer's requests, CIDR. */
  balancerCidrs(networkCidr: string): readonly string[];
  scalingGroup(spec: GroupSpec, on: Network, opts: pulumi.ComponentResourceOptions): Group;
  loadBalancer(
    spec: BalancerSpec,
    on: Network,
    own: ServerCertificate,
    backend: Backend,
    opts: pulumi.ComponentResourceOptions,
  ): Balancer;
  bucket(spec: BucketSpec, opts: pulumi.ComponentResourceOptions): Bucket;
  /** A small text object in a bucket. */
  object(
    bucket: Bucket,
    key: string,
    content: string,
    name: string,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource;
  /** Reads and writes a bucket's objects while the program runs. */
  objects(bucket: Bucket): ObjectStore;
  /** Sends notifications when the stack's bill approaches its budget. */
  budget(spec: BudgetSpec, opts: pulumi.CustomResourceOptions): void;
  secret(spec: SecretSpec, value: pulumi.Input<string>, opts: pulumi.CustomResourceOptions): Secret;
}
