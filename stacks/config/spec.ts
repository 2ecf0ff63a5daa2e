import type { Placement } from "../../components/node/placement";
import type { Neo4jEdition, Neo4jLicence } from "../../components/neo4j/licence";
import type { VersionName } from "../../components/neo4j/version";
import type { KubernetesVersion } from "../../components/model/kubernetes-versions";
import type { Cloud } from "../../components/model/cloud";
import type { NatMode } from "../../components/platform/platform";
import type { RedisMode } from "../../components/redis/topology";
import type { Edition } from "../../components/timescaledb/edition";
import type { SchemaOptions } from "../../components/timescaledb/schema-options";
import type { ShardCount } from "../../components/timescaledb/topology";
import type { Waiver } from "./waivers";
import type { TierName } from "../tiers";

/** Where the API's containers run: machines of the stack, or a Kubernetes cluster. */
export const API_RUNTIMES = ["vm", "kubernetes"] as const;
export type ApiRuntime = (typeof API_RUNTIMES)[number];

/** Whose the Kubernetes cluster is: somebody else's, or the stack's own. */
export const CLUSTERS = ["existing", "new"] as const;

/** One stack, decided: valid, without defaults to look up, frozen. Holds no secret. */
export interface StackSpec {
  readonly organization: string;
  /** At most 20 of [a-z0-9-]: it begins the names of buckets and service accounts. */
  readonly stack: string;
  readonly cloud: Cloud;
  readonly region: string;
  /** Names of the zones that hold nodes: one, two or three. */
  readonly zones: readonly string[];
  readonly tier: TierName;
  readonly placement: Placement;
  /** Whether every service survives the loss of a zone. Implies three zones. */
  readonly highlyAvailable: boolean;
  readonly api: ApiSpec;
  readonly timescaledb: TimescaleDbSpec;
  readonly neo4j: Neo4jSpec;
  readonly redis: RedisSpec;
  /** Days that a backup can be restored. */
  readonly backupRetentionDays: number;
  /** US dollars a month. */
  readonly budgetUsd: number;
  /** Who is told when the bill nears the budget. */
  readonly budgetEmails: readonly string[];
  /** Google Cloud's billing account; empty: none is known, and there is no alert. */
  readonly billingAccount: string;
  readonly owner: string;
  readonly costCentre: string;
  /** Networks that may open connections to the load balancer. */
  readonly allowedClientCidrs: readonly string[];
  readonly deletionProtection: boolean;
  readonly nat: NatMode;
  /** Where nodes install Debian's packages from; empty: Debian's own mirrors. */
  readonly packageMirror: string;
  /** The stack's private network, a /16. */
  readonly networkCidr: string;
  /** AWS account id or Google Cloud project id; empty: whatever the credentials say. */
  readonly account: string;
  /** Boot image; empty: the one pinned for the region. */
  readonly image: string;
  /** Customer-managed key; empty: the platform's default. */
  readonly kmsKey: string;
  readonly bucketSuffix: string;
  /** First day of validity of the stack's internal certificates, "2026-01-01". */
  readonly certificatesFrom: string;
  /** Exceptions from policies. */
  readonly waivers: readonly Waiver[];
}

export interface ApiSpec {
  /** OCI image with a tag or digest. */
  readonly image: string;
  readonly runtime: ApiRuntime;
  /** Containers at the tier's own load. */
  readonly containers: number;
  readonly workersPerContainer: number;
  /** Public name; empty: the load balancer's own. */
  readonly domain: string;
  /** Certificate known to the cloud, or MANAGED_CERTIFICATE; empty: one of the stack's own authority. */
  readonly certificate: string;
  /** The cloud's DNS zone that gets the domain's records; empty: they are made elsewhere. */
  readonly dnsZone: string;
  /** Part of the capacity above the minimum that is spot, 0 to 100. */
  readonly spotPercent: number;
  /** Absent: the cheapest that fits. */
  readonly instanceType?: string;
  /** Present when it runs on Kubernetes. */
  readonly kubernetes?: KubernetesSpec;
}

export interface KubernetesSpec {
  readonly namespace: string;
  /** Networks that its pods come from. */
  readonly cidrs: readonly string[];
  /** Namespaces that scrape metrics; some: the cluster has Prometheus Operator's API. */
  readonly scrapedFrom: readonly string[];
  readonly cluster: ExistingCluster | NewCluster;
}

/** A cluster that is there already. Its credentials are a secret: they stay in the config, or in another stack's outputs. */
export interface ExistingCluster {
  readonly kind: "existing";
  /** Stack whose output `kubeconfig` has the credentials; empty: the config has them. */
  readonly kubeconfigStack: string;
  /** Class of the Ingress; empty: the cluster's default. */
  readonly ingressClass: string;
  /** Namespaces that the Ingress controller's requests come from; none: any. */
  readonly ingressNamespaces: readonly string[];
  /** Bind the pods' service account to an identity of the cloud. */
  readonly serviceAccountAnnotations: Readonly<Record<string, string>>;
}

/** A cluster of the stack's own. */
export interface NewCluster {
  readonly kind: "new";
  readonly version: KubernetesVersion;
  /** Networks that may reach its control plane; none: the stack's own only. */
  readonly operatorCidrs: readonly string[];
}

export interface TimescaleDbSpec {
  readonly memGiB: number;
  readonly cpus: number;
  readonly diskGiB: number;
  readonly edition: Edition;
  /** Parts that symbols are spread over. */
  readonly shards: ShardCount;
  readonly schema: SchemaOptions;
  /** Which state of the backups a blank disk is filled with; absent: their end. */
  readonly restoreTo?: string;
  readonly instanceType?: string;
}

export interface Neo4jSpec {
  readonly edition: Neo4jEdition;
  readonly licence: Neo4jLicence;
  readonly version: VersionName;
  /** URL of the package archive. */
  readonly packages: string;
  /** One server, or a cluster of three. */
  readonly members: 1 | 3;
  readonly heapGiB: number;
  readonly pageCacheGiB: number;
  readonly cpus: number;
  readonly diskGiB: number;
  readonly instanceType?: string;
}

export interface RedisSpec {
  readonly mode: RedisMode;
  /** Redis' `maxmemory`; that of a cluster's masters together. */
  readonly maxMemoryGiB: number;
  readonly cpus: number;
  readonly diskGiB: number;
  readonly instanceType?: string;
}

/**
 * Sizes of the data disks in GiB, the same in all tiers: a disk never shrinks, so that changing the tier never touches
 * one. Grow them with `overrides`. Ours: room for a first year of time series, a graph that outgrows T4's page cache
 * several times, and Redis' append-only file with its rewrite.
 */
export const DISK_GIB = Object.freeze({ timescaledb: 100, neo4j: 40, redis: 10 });
