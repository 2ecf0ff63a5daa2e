import type { Neo4jEdition } from "../../components/neo4j/licence";
import { createHash } from "node:crypto";
import { podCidrs } from "../../components/model/addresses";
import { DEFAULT_KUBERNETES_VERSION } from "../../components/model/kubernetes-versions";
import { DEFAULT_REGION, regionZones } from "../../components/model/regions";
import type { RedisMode } from "../../components/redis/topology";
import type { NatMode } from "../../components/platform/platform";
import { DISK_GIB, type KubernetesSpec, type Neo4jSpec, type StackSpec } from "./spec";
import { graphAndCacheCpus, TIERS } from "../tiers";
import type { Values } from "./keys";

/** What the defaults come to once all keys are known. Pure; "auto" ends here. */

/** The values that a decision looks at. */
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

/** How Redis is made up. */
export function redisMode(values: From<"tier" | "zones" | "highAvailability" | "redisMode">): RedisMode {
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

/** Whoever must survive a zone has a way out of each; T4's budget carries three gateways. */
function natMode(values: Values): NatMode {
  if (values.nat !== "auto") {
    return values.nat;
  }
  return values.tier === "t4" && isHighlyAvailable(values) ? "per-zone" : "one";
}

/** The stack as a spec, once all keys are right. */
export function resolve(values: Values, names: { organization: string; project: string; stack: string }): StackSpec {
  const { cloud } = values;
  const region = regionOf(values);
  return {
    organization: names.organization,
    stack: names.stack,
    cloud,
    region,
    zones: regionZones(cloud, region).slice(0, zoneCount(values)),
    tier: values.tier,
    placement: values.placement,
    highlyAvailable: isHighlyAvailable(values),
    ...services(values),
    backupRetentionDays: values.backupRetentionDays,
    budgetUsd: values.budgetUsd === "auto" ? TIERS[values.tier].budgetUsd[cloud] : values.budgetUsd,
    budgetEmails: distinct(values.budgetEmails),
    billingAccount: values.billingAccount,
    owner: values.owner,
    costCentre: values.costCentre,
    allowedClientCidrs: distinct(values.allowedClientCidrs),
    deletionProtection: values.deletionProtection,
    nat: natMode(values),
    packageMirror: values.packageMirror,
    networkCidr: values.networkCidr,
    account: values.account,
    image: values.image,
    kmsKey: values.kmsKey,
    bucketSuffix: values.bucketSuffix || uniqueSuffix(names),
    certificatesFrom: values.certificatesFrom,
    waivers: values.waivers,
  };
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
      ...licensed(values),
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
  const own = {
    namespace: values.kubernetesNamespace,
    scrapedFrom: distinct(values.kubernetesScrapedFrom),
  };
  if (values.kubernetesCluster === "new") {
    return {
      ...own,
      cidrs: podCidrs(values.cloud, values.networkCidr, zoneCount(values)),
      cluster: {
        kind: "new",
        version: values.kubernetesVersion === "auto" ? DEFAULT_KUBERNETES_VERSION : values.kubernetesVersion,
        operatorCidrs: distinct(values.kubernetesOperatorCidrs),
      },
    };
  }
  return {
    ...own,
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

function licensed(values: Values): Pick<Neo4jSpec, "edition" | "licence"> {
  return { edition: neo4jEdition(values), licence: values.neo4jLicense };
}

/** Bucket names are unique in the world: derived, so that they are the same at every run. */
function uniqueSuffix({
  organization,
  project,
  stack,
}: {
  organization: string;
  project: string;
  stack: string;
}): string {
  return createHash("sha256").update(`${organization}/${project}/${stack}`).digest("hex").slice(0, 8);
}

/** A network that is named twice is still one. */
function distinct<T extends string>(networks: readonly T[]): T[] {
  return [...new Set(networks)];
}
