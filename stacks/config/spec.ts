import type { ApiPlanArgs } from "../../components/api/args";
import type { PublicArgs } from "../../components/api/api";
import type { KubernetesApiArgs } from "../../components/api/kubernetes/args";
import type { KubernetesVersion } from "../../components/model/kubernetes-versions";
import type { Neo4jArgs } from "../../components/neo4j/args";
import type { ClusterSpec, NatMode, StackContext } from "../../components/platform/platform";
import type { RedisArgs } from "../../components/redis/args";
import type { TimescaleDbArgs } from "../../components/timescaledb/args";
import type { KeyName, Values } from "./keys";

/** Keys whose parsed value the spec holds unchanged, under the same name. Their meaning: stacks/config/keys/. */
export const UNCHANGED = [
  "cloud",
  "tier",
  "owner",
  "costCentre",
  "placement",
  "changeTimeoutMinutes",
  "backupRetentionDays",
  "billingAccount",
  "deletionProtection",
  "packageMirror",
  "networkCidr",
  "account",
  "image",
  "kmsKey",
  "certificatesFrom",
  "waivers",
] as const satisfies readonly KeyName[];

/** Lists of keys that the spec holds under the same name, without duplicates. */
export const DISTINCT = ["budgetEmails", "allowedClientCidrs", "lostMembers"] as const satisfies readonly KeyName[];

/**
 * A stack's config after all decisions: valid, frozen, without defaults to look up. Holds no secret. Fields of a service
 * are declared by its args.
 */
export interface StackSpec
  extends
    Pick<Values, (typeof UNCHANGED)[number] | (typeof DISTINCT)[number]>,
    Pick<StackContext, "region" | "bucketSuffix"> {
  readonly organization: string;
  /** At most 20 of [a-z0-9-]: the names of buckets and service accounts start with it. */
  readonly stack: string;
  /** Names of the one, two or three zones that hold nodes. */
  readonly zones: readonly string[];
  /** Whether every service survives the loss of a zone. Implies three zones. */
  readonly highlyAvailable: boolean;
  readonly api: ApiSpec;
  readonly timescaledb: TimescaleDbSpec;
  readonly neo4j: Neo4jSpec;
  readonly redis: RedisSpec;
  /** Monthly budget in US dollars. */
  readonly budgetUsd: number;
  readonly nat: NatMode;
}

/** Args that the stack sets for every data service. */
type Shared = "cloud" | "region" | "backup";

type TimescaleDbSpec = Omit<
  TimescaleDbArgs,
  Shared | "highlyAvailable" | "database" | "edition" | "shards" | "schema"
> &
  Required<Pick<TimescaleDbArgs, "edition" | "shards" | "schema">>;

type Neo4jSpec = Omit<Neo4jArgs, Shared>;

type RedisSpec = Omit<RedisArgs, Shared>;

export interface ApiSpec
  extends
    Pick<ApiPlanArgs, "containers" | "workersPerContainer" | "spotPercent" | "instanceType">,
    Pick<PublicArgs, "domain" | "certificate" | "dnsZone">,
    Pick<KubernetesApiArgs, "image"> {
  readonly runtime: Values["apiRuntime"];
  /** Set when the API runs on Kubernetes. */
  readonly kubernetes?: KubernetesSpec;
}

export interface KubernetesSpec extends Pick<KubernetesApiArgs, "namespace" | "scrapedFrom"> {
  /** Networks of its pods. */
  readonly cidrs: readonly string[];
  readonly cluster: ExistingCluster | NewCluster;
}

/** A cluster that the stack does not manage. Its credentials are a secret and never part of the spec. */
export interface ExistingCluster {
  readonly kind: "existing";
  /** Stack whose output `kubeconfig` holds the credentials. Empty means that the config holds them. */
  readonly kubeconfigStack: string;
  /** Class of the Ingress. Empty means the cluster's default. */
  readonly ingressClass: string;
  /** Namespaces of the Ingress controller, which may send requests. An empty list admits any. */
  readonly ingressNamespaces: readonly string[];
  /** Annotations that bind the pods' service account to a cloud identity. */
  readonly serviceAccountAnnotations: Readonly<Record<string, string>>;
}

/** A cluster that the stack creates. */
export interface NewCluster extends Pick<ClusterSpec, "operatorCidrs"> {
  readonly kind: "new";
  readonly version: KubernetesVersion;
}

/**
 * Sizes of the data disks in GiB, the same in all tiers: disks cannot shrink, so a change of tier must not touch one.
 * Grow them with `overrides`. Ours: room for the first year of time series, for a graph several times the size of T4's page
 * cache, and for Redis' append-only file with its rewrite.
 */
export const DISK_GIB = Object.freeze({ timescaledb: 100, neo4j: 40, redis: 10 });
