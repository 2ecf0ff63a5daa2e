/**
 * The load tiers: the single place for their numbers and for what each of them permits. Sizes, counts, limits and budgets
 * derive from here. To add a tier, name it in TIER_NAMES and give it a row in TIERS.
 *
 * Origins, as named with each field:
 * - "Load Profiles", "Auto-Scaling", "Cost", "Neo4j" are sections of the APE 2026 Scaling Strategy.
 * - "derived" is arithmetic on those figures, computed below so that it can't disagree with them.
 * - "ours" is a decision of this project, with its reason.
 */

import type { Cloud } from "../components/model/cloud";
import type { DataServiceName } from "../components/model/role";
import { deepFreeze } from "./freeze";

/** Every tier, smallest first. */
export const TIER_NAMES = ["t1", "t2", "t3", "t4"] as const;
export type TierName = (typeof TIER_NAMES)[number];

/** A tier's load in queries an hour. A tier without an upper bound names the load that its cost estimate assumes. */
export type TierLoad =
  | { readonly min: number; readonly max: number }
  | { readonly min: number; readonly max?: undefined; readonly assumed: number };

/** One load tier. Memory is in GiB (the Scaling Strategy writes MB and GB), CPU in cores, money in US dollars a month. */
export interface Tier {
  /** The tier's title in the Scaling Strategy. Origin: Load Profiles. */
  readonly title: string;
  /** Origin: Load Profiles; of T4, "10000+". */
  readonly queriesPerHour: TierLoad;
  /** Default of `highAvailability`: whether the stack is replicated over three zones. Ours: T3 is the first tier whose budget covers it. */
  readonly highAvailability: boolean;
  /** What a stack's config may choose at this tier. Each choice also requires high availability. */
  readonly allows: {
    /** `redisMode: cluster`, six members on six nodes. Ours: only T4's load justifies them. */
    readonly redisCluster: boolean;
    /** Largest `timescaledbShards`; each shard has three members on three nodes. 1: no sharding. Ours: only T4's load justifies more. */
    readonly timescaledbShards: number;
  };
  /** Whether `nat: auto` creates a NAT gateway in each zone of a highly available stack. Ours: only T4's budget covers three. */
  readonly natPerZone: boolean;
  /** Zones that every data service must span, by policy. Ours: T3 survives the loss of one zone, T4 keeps a quorum; T1 and T2 promise neither. */
  readonly dataZones: 1 | 2 | 3;
  readonly api: {
    /** Containers at the tier's own load. Origin: Load Profiles. */
    readonly containers: number;
    /** Worker processes in each container. Origin: Load Profiles. */
    readonly workersPerContainer: number;
  };
  readonly timescaledb: {
    /** Memory for PostgreSQL and its page cache. Origin: Load Profiles. */
    readonly memGiB: number;
    /** Origin: Load Profiles. */
    readonly cpus: number;
  };
  readonly neo4j: {
    /** Origin: Load Profiles. */
    readonly heapGiB: number;
    /** Origin: Load Profiles. */
    readonly pageCacheGiB: number;
  };
  readonly redis: {
    /** Redis' `maxmemory`. Origin: Load Profiles. */
    readonly maxMemoryGiB: number;
  };
  /** Data in each store that the cost estimate assumes, GB. Ours: several times what the tier's page caches and memory hold. */
  readonly dataGb: Readonly<Record<DataServiceName, number>>;
  /** The whole stack on one machine, without replicas. Origin: Load Profiles. */
  readonly total: { readonly memGiB: number; readonly cpus: number };
  /** Instance type that the Scaling Strategy names for the tier; it names none for T1. Origin: Cost. */
  readonly namedInstance?: Readonly<Record<Cloud, string>>;
  /** Monthly budget. Origin: Cost. T1 is ours (the Scaling Strategy names none): one 8 GiB machine, its disks, a NAT gateway and a load balancer. */
  readonly budgetUsd: Readonly<Record<Cloud, number>>;
  /** Permitted instance families. Ours: the families of the named types and comparable ones; burstable and shared-core families end at T3. */
  readonly families: Readonly<Record<Cloud, readonly string[]>>;
}

const BURSTABLE = { aws: ["t3", "t3a"], gcp: ["e2"] } as const;
const STEADY = {
  aws: [
    "m5",
    "m5a",
    "m6a",
    "m6i",
    "m7a",
    "m7i",
    "c5",
    "c5a",
    "c6a",
    "c6i",
    "c7a",
    "c7i",
    "r5",
    "r5a",
    "r6a",
    "r6i",
    "r7a",
    "r7i",
  ],
  gcp: ["n1", "n2", "n2d", "c2", "c2d"],
} as const;

export const TIERS: Readonly<Record<TierName, Tier>> = deepFreeze({
  t1: {
    title: "Development",
    queriesPerHour: { min: 1, max: 10 },
    highAvailability: false,
    allows: { redisCluster: false, timescaledbShards: 1 },
    natPerZone: false,
    dataZones: 1,
    api: { containers: 1, workersPerContainer: 1 },
    timescaledb: { memGiB: 0.5, cpus: 2 },
    neo4j: { heapGiB: 1, pageCacheGiB: 1 },
    redis: { maxMemoryGiB: 0.125 },
    dataGb: { timescaledb: 2, neo4j: 1, redis: 0.1 },
    total: { memGiB: 4, cpus: 4 },
    budgetUsd: { aws: 150, gcp: 140 },
    families: BURSTABLE,
  },
  t2: {
    title: "Small Production",
    queriesPerHour: { min: 10, max: 100 },
    highAvailability: false,
    allows: { redisCluster: false, timescaledbShards: 1 },
    natPerZone: false,
    dataZones: 1,
    api: { containers: 2, workersPerContainer: 2 },
    timescaledb: { memGiB: 2, cpus: 4 },
    neo4j: { heapGiB: 2, pageCacheGiB: 2 },
    redis: { maxMemoryGiB: 0.5 },
    dataGb: { timescaledb: 10, neo4j: 4, redis: 0.5 },
    total: { memGiB: 8, cpus: 8 },
    namedInstance: { aws: "t3.large", gcp: "n1-standard-2" },
    budgetUsd: { aws: 150, gcp: 140 },
    families: { aws: [...BURSTABLE.aws, ...STEADY.aws], gcp: [...BURSTABLE.gcp, ...STEADY.gcp] },
  },
  t3: {
    title: "Medium Production",
    queriesPerHour: { min: 100, max: 1000 },
    highAvailability: true,
    allows: { redisCluster: false, timescaledbShards: 1 },
    natPerZone: false,
    dataZones: 2,
    api: { containers: 4, workersPerContainer: 4 },
    timescaledb: { memGiB: 4, cpus: 8 },
    neo4j: { heapGiB: 4, pageCacheGiB: 4 },
    redis: { maxMemoryGiB: 1 },
    dataGb: { timescaledb: 30, neo4j: 10, redis: 1 },
    total: { memGiB: 16, cpus: 16 },
    namedInstance: { aws: "t3.xlarge", gcp: "n1-standard-4" },
    budgetUsd: { aws: 500, gcp: 480 },
    families: { aws: [...BURSTABLE.aws, ...STEADY.aws], gcp: [...BURSTABLE.gcp, ...STEADY.gcp] },
  },
  t4: {
    title: "Large Production",
    queriesPerHour: { min: 1000, assumed: 10_000 },
    highAvailability: true,
    allows: { redisCluster: true, timescaledbShards: 4 },
    natPerZone: true,
    dataZones: 3,
    api: { containers: 8, workersPerContainer: 4 },
    timescaledb: { memGiB: 8, cpus: 16 },
    neo4j: { heapGiB: 8, pageCacheGiB: 8 },
    redis: { maxMemoryGiB: 2 },
    dataGb: { timescaledb: 60, neo4j: 25, redis: 2 },
    total: { memGiB: 32, cpus: 32 },
    namedInstance: { aws: "c5.2xlarge", gcp: "c2-standard-8" },
    budgetUsd: { aws: 2000, gcp: 1900 },
    families: STEADY,
  },
});

/** Horizontal scaling of the API, the same at every tier. Origin: Auto-Scaling (HPA). */
export const AUTOSCALING = Object.freeze({
  minContainers: 2,
  maxContainers: 10,
  targetCpuPercent: 70,
  targetMemoryPercent: 80,
});

/** One API container on Kubernetes. Origin: Kubernetes Scaling. On machines see `containerMemGiB`. */
export const API_CONTAINER = Object.freeze({
  requests: { memGiB: 1, cpus: 0.5 },
  limits: { memGiB: 2, cpus: 1 },
});

/** Backup retention in days. Origin: Backup Strategy. */
export const BACKUP_RETENTION_DAYS = 30;

/**
 * Memory of one API container on a machine, GiB. Derived: the tier's total less the databases' memory, per container.
 * That is 0.75 GiB at T3 and T4; T2's 0.75 and T1's 1.4 GiB must also cover the operating system.
 */
export function containerMemGiB(): number {
  const { total, timescaledb, neo4j, redis, api } = TIERS.t4;
  return (total.memGiB - timescaledb.memGiB - neo4j.heapGiB - neo4j.pageCacheGiB - redis.maxMemoryGiB) / api.containers;
}

/**
 * Memory of the largest machine that a tier can use, GiB. Derived: machines come in powers of two, and a machine with
 * exactly the tier's total has no memory left for the operating system, so one size more than the total.
 */
export function largestMachineGiB({ total }: Pick<Tier, "total">): number {
  return 2 * total.memGiB;
}

/** CPUs of Neo4j and Redis. Derived: the total less TimescaleDB's and one CPU per container (its Kubernetes limit), split three to one. */
export function graphAndCacheCpus(tier: Tier): { neo4j: number; redis: number } {
  const rest = tier.total.cpus - tier.timescaledb.cpus - tier.api.containers * API_CONTAINER.limits.cpus;
  return { neo4j: (rest * 3) / 4, redis: rest / 4 };
}

/** A tier's memory as a multiple of the smallest tier's. */
export function growthOf(tier: Tier): number {
  return tier.total.memGiB / TIERS[TIER_NAMES[0]].total.memGiB;
}

/** Load that a tier's cost estimate assumes, queries an hour: its upper bound where it has one. */
export function assumedLoad({ queriesPerHour }: Pick<Tier, "queriesPerHour">): number {
  return queriesPerHour.max === undefined ? queriesPerHour.assumed : queriesPerHour.max;
}

/** The names of the tiers for which something holds, as text: "t3 or t4"; "no tier" if there are none. */
export function tiersWhere(holds: (tier: Tier) => boolean, conjunction: "and" | "or"): string {
  const names = TIER_NAMES.filter((name) => holds(TIERS[name]));
  const last = names.at(-1);
  return last === undefined
    ? "no tier"
    : [names.slice(0, -1).join(", "), last].filter((part) => part !== "").join(` ${conjunction} `);
}

/** An instance type of a cloud for examples: the first that the Scaling Strategy names. */
export function exampleInstance(cloud: Cloud): string {
  return TIER_NAMES.map((name) => TIERS[name].namedInstance?.[cloud]).find((type) => type !== undefined)!;
}
