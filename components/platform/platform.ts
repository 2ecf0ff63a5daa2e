/**
 * All that a cloud has to offer to the services. `aws/` and `gcp/` implement it; no service knows which it stands on,
 * and no platform knows what Redis is. Everything in a spec is a plain value, so that policies see it at preview;
 * outputs are only what a cloud makes up: ids and generated secrets.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../model/cloud";
import type { FlowRule } from "../model/flows";
import type { Grant, Service } from "../model/role";
import type { MachineType } from "../model/machine-types";

/** What every resource of a stack shares. */
export interface StackContext {
  readonly cloud: Cloud;
  readonly region: string;
  /** Names of the region's zones, in order: a role's zone 1 is the second. At least two, also where the stack uses one. */
  readonly zones: readonly string[];
  /** AWS account id or Google Cloud project id; empty: whatever the credentials say. */
  readonly account: string;
  /** "ape-<stack>": begins every name that must be unique in the account. */
  readonly prefix: string;
  /** Ends every bucket name: those are unique in the world. */
  readonly bucketSuffix: string;
  /** Customer-managed encryption key; empty: the platform's default. */
  readonly kmsKey: string;
  /** Debian mirror that nodes install from; empty: Debian's own. */
  readonly packageMirror: string;
  /** Boot image; empty: the one pinned for the region. */
  readonly image: string;
  /** Whether Pulumi refuses to delete what holds data, and leaves it in the cloud when its stack is destroyed. */
  readonly protectData: boolean;
  /** Lower-case label keys and values that every resource carries. */
  readonly labels: Readonly<Record<string, string>>;
}

export const NAT_MODES = ["none", "one", "per-zone"] as const;
export type NatMode = (typeof NAT_MODES)[number];

export interface NetworkSpec {
  readonly cidr: string;
  /** How many zones hold nodes. */
  readonly zones: number;
  readonly nat: NatMode;
  /** Who may reach the load balancer. */
  readonly clientCidrs: readonly string[];
  /** Where "api" comes from when it runs on Kubernetes: its pods' networks; empty otherwise. */
  readonly apiCidrs: readonly string[];
  /** Whether that cluster is the stack's own, in this network. */
  readonly cluster: boolean;
  readonly services: readonly Service[];
  readonly flows: readonly FlowRule[];
}

/** A data disk: encrypted, protected, never replaced with its node. */
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
  /** The boot script: small, and the same for life. */
  readonly userData: string;
  /** Secrets it may read. */
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
  /** What members boot with, by its hash: another one replaces them all, one after the other. */
  readonly bootstrap: string;
  /** Part of the capacity above `minNodes` that may be spot, 0 to 100. */
  readonly spotPercent: number;
  /** Where the load balancer asks whether a member is ready. */
  readonly health: HealthCheck;
}

/** How load balancers ask. Ours; five seconds is the least that AWS offers. */
export const HEALTH_CHECKS = { intervalSeconds: 5, timeoutSeconds: 3, healthy: 2, unhealthy: 2 } as const;

/** Seconds until a load balancer's checks have noticed for certain that a member became ready, or is so no more. */
export const NOTICED_SECONDS = {
  ready: HEALTH_CHECKS.healthy * HEALTH_CHECKS.intervalSeconds + HEALTH_CHECKS.timeoutSeconds,
  unready: HEALTH_CHECKS.unhealthy * HEALTH_CHECKS.intervalSeconds + HEALTH_CHECKS.timeoutSeconds,
} as const;

export interface HealthCheck {
  readonly port: number;
  readonly path: string;
}

/** Stands for a certificate that the cloud issues for the domain, and renews. */
export const MANAGED_CERTIFICATE = "managed";

export interface BalancerSpec {
  readonly name: string;
  /** The API's public name; empty: the balancer's own. */
  readonly domain: string;
  /** Certificate known to the cloud: ACM ARN or self link; or MANAGED_CERTIFICATE. Empty: one of the stack's own authority. */
  readonly certificate: string;
  /** The cloud's DNS zone that gets the domain's records: a Route 53 id or a Cloud DNS name. Empty: they are made elsewhere. */
  readonly dnsZone: string;
  readonly backend: HealthCheck;
  /** Seconds without a byte after which a connection is closed. */
  readonly timeoutSeconds: number;
  readonly clientCidrs: readonly string[];
}

export interface BucketSpec {
  /** Purpose, for example "backups"; the name derives from it. */
  readonly name: string;
  /** Holds data that can't be made again: protected like a data disk. */
  readonly keep: boolean;
  /** Days after which a version that is no longer current expires. */
  readonly noncurrentDays: number;
}

export interface SecretSpec {
  /** For example "redis-api"; the name in the store derives from it. */
  readonly name: string;
  /** Protected like a data disk: without it kept backups can't be read. */
  readonly keep: boolean;
}

/** A monthly budget of the stack's own, and when somebody is told. */
export interface BudgetSpec {
  readonly name: string;
  /** US dollars a month. */
  readonly usd: number;
  readonly emails: readonly string[];
  /** Google Cloud's billing account; empty: none is known. */
  readonly billingAccount: string;
}

/** A Kubernetes cluster in the stack's own network, for the API. */
export interface ClusterSpec {
  readonly name: string;
  /** Minor version, "1.36". */
  readonly version: string;
  readonly machine: MachineType;
  /** Nodes, spread over the zones; their number is a multiple of the zones. */
  readonly nodes: number;
  /** The port of every node that leads to the API. */
  readonly servingPort: number;
  /** Networks that may reach the control plane from outside; none: it has no public address. */
  readonly operatorCidrs: readonly string[];
  /** The service account that is bound to an identity of the cloud, and the secrets that this may read. */
  readonly account: { readonly namespace: string; readonly name: string; readonly secrets: readonly string[] };
}

export interface Cluster {
  readonly resource: pulumi.Resource;
  /** How to reach it, by the caller's own credentials for the cloud. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Its nodes, as the load balancer reaches them. */
  readonly nodes: Group;
  /** What the service account must carry to be bound to its identity. */
  readonly serviceAccountAnnotations: Readonly<Record<string, pulumi.Input<string>>>;
}

export interface Network {
  /** What a node joins; opaque to services. */
  readonly resource: pulumi.Resource;
}

export interface Disk {
  readonly resource: pulumi.Resource;
  /** Where the node finds it, whatever the order of attachment: a path below /dev/disk/by-id. */
  readonly devicePath: pulumi.Output<string>;
}

export interface Node {
  readonly resource: pulumi.Resource;
}

export interface Group {
  readonly resource: pulumi.Resource;
}

/** What stands behind the balancer: a scaling group, or nodes with fixed addresses. */
export type Backend = { readonly group: Group } | { readonly nodes: readonly Node[] };

export interface Balancer {
  readonly resource: pulumi.Resource;
  /** Host name or address of the balancer. */
  readonly host: pulumi.Output<string>;
}

export interface Bucket {
  readonly resource: pulumi.Resource;
  readonly name: string;
}

export interface Secret {
  readonly resource: pulumi.Resource;
  /** ARN or resource name by which others, once permitted, read it; never the value. */
  readonly reference: pulumi.Output<string>;
}

/** Key and certificate chain for the load balancer, PEM. */
export interface ServerCertificate {
  readonly certificate: pulumi.Input<string>;
  readonly key: pulumi.Input<string>;
  readonly chain: pulumi.Input<string>;
}

export interface Platform {
  readonly context: StackContext;
  /** Hand this to the stack's root component; children inherit it. */
  readonly provider: pulumi.ProviderResource;
  /** What all else stands on: the encryption key and the bucket for access logs. Call it first, once. */
  foundation(opts: pulumi.ComponentResourceOptions): void;
  network(spec: NetworkSpec, opts: pulumi.ComponentResourceOptions): Network;
  disk(spec: DiskSpec, opts: pulumi.CustomResourceOptions): Disk;
  node(spec: NodeSpec, on: Network, disks: readonly Disk[], opts: pulumi.ComponentResourceOptions): Node;
  cluster(spec: ClusterSpec, on: Network, opts: pulumi.ComponentResourceOptions): Cluster;
  /** Networks that the load balancer's requests come from, CIDR. */
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
  /** Tells people when the stack's bill nears its budget. */
  budget(spec: BudgetSpec, opts: pulumi.CustomResourceOptions): void;
  secret(spec: SecretSpec, value: pulumi.Input<string>, opts: pulumi.CustomResourceOptions): Secret;
}
