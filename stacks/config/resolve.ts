import { createHash } from "node:crypto";
import { podCidrs } from "../../components/model/addresses";
import { DEFAULT_KUBERNETES_VERSION } from "../../components/model/kubernetes-versions";
import { DEFAULT_REGION, regionZones } from "../../components/model/regions";
import type { Neo4jEdition } from "../../components/neo4j/licence";
import type { NatMode } from "../../components/platform/platform";
import type { RedisMode } from "../../components/redis/topology";
import { DISK_GIB, DISTINCT, UNCHANGED, type KubernetesSpec, type StackSpec } from "./spec";
import { graphAndCacheCpus, TIERS } from "../tiers";
import type { Values } from "./keys";

/** The stack's fully qualified name, in parts. */
interface StackNames {
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
}

/** The values that a decision reads. */
type From<K extends keyof Values> = Pick<Values, K>;

export function regionOf({ cloud, region }: From<"cloud" | "region">): string {
  return region === "auto" ? DEFAULT_REGION[cloud] : region;
}

export function isHighlyAvailable({
  tier,
  zones,
  highAvailability,
}: From<"tier" | "zones" | "highAvailability">): boolean {
  const haveZones = zones === "auto" || zones === 3;
  return highAvailability === "auto" ? TIERS[tier].highAvailability && haveZones : highAvailability;
}

export function zoneCount(values: From<"tier" | "zones" | "highAvailability">): number {
  if (values.zones !== "auto") {
    return values.zones;
  }
  return isHighlyAvailable(values) ? 3 : 1;
}

function redisMode(values: From<"tier" | "zones" | "highAvailability" | "redisMode">): RedisMode {
  if (values.redisMode === "cluster") {
    return "cluster";
  }
  return isHighlyAvailable(values) ? "sentinel" : "single";
}

type Neo4jValues = From<"tier" | "zones" | "highAvailability" | "neo4jEdition" | "overrides">;

export function neo4jMembers(values: Neo4jValues): 1 | 3 {
  const clustered = isHighlyAvailable(values) && values.neo4jEdition !== "community";
  return values.overrides.neo4j?.members ?? (clustered ? 3 : 1);
}

export function neo4jEdition(values: Neo4jValues): Neo4jEdition {
  if (values.neo4jEdition !== "auto") {
    return values.neo4jEdition;
  }
  return neo4jMembers(values) === 3 ? "enterprise" : "community";
}

/** With a gateway in each zone, outbound access survives the loss of one. */
function natMode(values: Values): NatMode {
  if (values.nat !== "auto") {
    return values.nat;
  }
  return TIERS[values.tier].natPerZone && isHighlyAvailable(values) ? "per-zone" : "one";
}

/** Resolves a valid config into the stack's spec. */
export function resolve(values: Values, names: StackNames): StackSpec {
  const { cloud, tier } = values;
  const region = regionOf(values);
  return {
    ...pick(values, UNCHANGED),
    ...distinctLists(values),
    organization: names.organization,
    stack: names.stack,
    region,
    zones: regionZones(cloud, region).slice(0, zoneCount(values)),
    highlyAvailable: isHighlyAvailable(values),
    ...services(values),
    budgetUsd: values.budgetUsd === "auto" ? TIERS[tier].budgetUsd[cloud] : values.budgetUsd,
    nat: natMode(values),
    bucketSuffix: values.bucketSuffix || uniqueSuffix(names),
  };
}

function pick<K extends keyof Values>(values: Values, names: readonly K[]): Pick<Values, K> {
  return Object.fromEntries(names.map((name) => [name, values[name]])) as Pick<Values, K>;
}

function distinctLists(values: Values): Pick<Values, (typeof DISTINCT)[number]> {
  const lists = DISTINCT.map((name) => [name, distinct(values[name])]);
  return Object.fromEntries(lists) as Pick<Values, (typeof DISTINCT)[number]>;
}

function services(values: Values): Pick<StackSpec, "api" | "timescaledb" | "neo4j" | "redis"> {
  const tier = TIERS[values.tier];
  const cpus = graphAndCacheCpus(tier);
  const { overrides } = values;
  return {
    api: {
      image: values.apiImage,
      runtime: values.apiRuntime,
      ...tier.api,
      domain: values.apiDomain,
      certificate: values.apiCertificate,
      dnsZone: values.apiDnsZone,
      spotPercent: values.apiSpotPercent,
      ...overrides.api,
      ...(values.apiRuntime === "kubernetes" ? { kubernetes: kubernetes(values) } : {}),
    },
    timescaledb: {
      ...tier.timescaledb,
      diskGiB: DISK_GIB.timescaledb,
      edition: values.timescaledbEdition,
      shards: values.timescaledbShards,
      schema: { retentionDays: values.timescaledbRetentionDays, aggregates: distinct(values.timescaledbAggregates) },
      ...(values.timescaledbRestoreTo === "" ? {} : { restoreTo: values.timescaledbRestoreTo }),
      ...overrides.timescaledb,
    },
    neo4j: {
      edition: neo4jEdition(values),
      licence: values.neo4jLicense,
      version: values.neo4jVersion,
      packages: values.neo4jPackages,
      ...tier.neo4j,
      cpus: cpus.neo4j,
      diskGiB: DISK_GIB.neo4j,
      ...overrides.neo4j,
      members: neo4jMembers(values),
    },
    redis: { mode: redisMode(values), ...tier.redis, cpus: cpus.redis, diskGiB: DISK_GIB.redis, ...overrides.redis },
  };
}

function kubernetes(values: Values): KubernetesSpec {
  const common = {
    namespace: values.kubernetesNamespace,
    scrapedFrom: distinct(values.kubernetesScrapedFrom),
  };
  if (values.kubernetesCluster === "new") {
    return {
      ...common,
      cidrs: podCidrs(values.cloud, values.networkCidr, zoneCount(values)),
      cluster: {
        kind: "new",
        version: values.kubernetesVersion === "auto" ? DEFAULT_KUBERNETES_VERSION : values.kubernetesVersion,
        operatorCidrs: distinct(values.kubernetesOperatorCidrs),
      },
    };
  }
  return {
    ...common,
    cidrs: distinct(values.kubernetesCidrs),
    cluster: {
      kind: "existing",
      kubeconfigStack: values.kubeconfigStack,
      ingressClass: values.kubernetesIngressClass,
      ingressNamespaces: distinct(values.kubernetesIngressNamespaces),
      serviceAccountAnnotations: values.kubernetesServiceAccountAnnotations,
    },
  };
}

/** A suffix that makes bucket names globally unique, derived so that every run has the same. */
function uniqueSuffix({ organization, project, stack }: StackNames): string {
  return createHash("sha256").update(`${organization}/${project}/${stack}`).digest("hex").slice(0, 8);
}

function distinct<T extends string>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
