/**
 * All that a cloud has to offer to the services. `aws/` and `gcp/` implement it; no service knows which it stands on,
 * and no platform knows what Redis is. Everything in a spec is a plain value, so that policies see it at preview;
 * outputs are only what a cloud makes up: ids and generated secrets.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { FlowRule } from "../node/firewall";
import type { Grant, Service } from "../node/role";
import type { MachineType } from "./catalogue";

export const CLOUDS = ["aws", "gcp"] as const;
export type Cloud = (typeof CLOUDS)[number];

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
  /** Who "api" is when it runs on a Kubernetes cluster outside this network; empty otherwise. */
  readonly apiCidrs: readonly string[];
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
  /** Part of the capacity above `minNodes` that may be spot, 0 to 100. */
  readonly spotPercent: number;
  /** Where the load balancer asks whether a member is ready. */
  readonly health: HealthCheck;
}

export interface HealthCheck {
  readonly port: number;
  readonly path: string;
}

export interface BalancerSpec {
  readonly name: string;
  /** The API's public name; empty: the balancer's own. */
  readonly domain: string;
  /** Certificate known to the cloud: ACM ARN or self link. Empty: one of the stack's own authority. */
  readonly certificate: string;
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
