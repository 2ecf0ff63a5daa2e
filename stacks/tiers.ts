/**
 * The four load tiers: the only place where their numbers stand. Sizes, counts, limits and budgets derive from here.
 *
 * Origins, as named beside each field:
 * - "Load Profiles", "Auto-Scaling", "Cost", "Neo4j" are sections of the APE 2026 Scaling Strategy.
 * - "derived" is arithmetic on those figures, done below so that it can't disagree with them.
 * - "ours" is a decision of this project; its reason stands beside it.
 */

import { deepFreeze } from "./freeze";

export const TIER_NAMES = ["t1", "t2", "t3", "t4"] as const;
export type TierName = (typeof TIER_NAMES)[number];

/** One load tier. Memory is in GiB (the Scaling Strategy writes MB and GB), CPU in cores, money in US dollars a month. */
export interface Tier {
  /** What the tier is called in the Scaling Strategy. Origin: Load Profiles. */
  readonly title: string;
  /** The load that it is for, in queries an hour. `max` is absent where the tier has no upper bound. Origin: Load Profiles. */
  readonly queriesPerHour: { readonly min: number; readonly max?: number };
  /** Whether the stack is replicated over three zones unless its config says otherwise. Ours: T3 is the first tier whose budget carries it. */
  readonly highAvailability: boolean;
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
  /** The whole stack on one machine, without replicas. Origin: Load Profiles. */
  readonly total: { readonly memGiB: number; readonly cpus: number };
  /** Instance type that the Scaling Strategy names for the tier; absent for T1. Origin: Cost. */
  readonly namedInstance?: { readonly aws: string; readonly gcp: string };
  /** Budget a month. Origin: Cost; T1 is ours (the Scaling Strategy names none): one 8 GiB machine, its disks, a NAT gateway and a load balancer. */
  readonly budgetUsd: { readonly aws: number; readonly gcp: number };
  /** Instance families a node may be of. Ours: the named types' families and their like; burstable and shared-core ones end at T3. */
  readonly families: { readonly aws: readonly string[]; readonly gcp: readonly string[] };
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
    api: { containers: 1, workersPerContainer: 1 },
    timescaledb: { memGiB: 0.5, cpus: 2 },
    neo4j: { heapGiB: 1, pageCacheGiB: 1 },
    redis: { maxMemoryGiB: 0.125 },
    total: { memGiB: 4, cpus: 4 },
    budgetUsd: { aws: 150, gcp: 140 },
    families: BURSTABLE,
  },
  t2: {
    title: "Small Production",
    queriesPerHour: { min: 10, max: 100 },
    highAvailability: false,
    api: { containers: 2, workersPerContainer: 2 },
    timescaledb: { memGiB: 2, cpus: 4 },
    neo4j: { heapGiB: 2, pageCacheGiB: 2 },
    redis: { maxMemoryGiB: 0.5 },
    total: { memGiB: 8, cpus: 8 },
    namedInstance: { aws: "t3.large", gcp: "n1-standard-2" },
    budgetUsd: { aws: 150, gcp: 140 },
    families: { aws: [...BURSTABLE.aws, ...STEADY.aws], gcp: [...BURSTABLE.gcp, ...STEADY.gcp] },
  },
  t3: {
    title: "Medium Production",
    queriesPerHour: { min: 100, max: 1000 },
    highAvailability: true,
    api: { containers: 4, workersPerContainer: 4 },
    timescaledb: { memGiB: 4, cpus: 8 },
    neo4j: { heapGiB: 4, pageCacheGiB: 4 },
    redis: { maxMemoryGiB: 1 },
    total: { memGiB: 16, cpus: 16 },
    namedInstance: { aws: "t3.xlarge", gcp: "n1-standard-4" },
    budgetUsd: { aws: 500, gcp: 480 },
    families: { aws: [...BURSTABLE.aws, ...STEADY.aws], gcp: [...BURSTABLE.gcp, ...STEADY.gcp] },
  },
  t4: {
    title: "Large Production",
    queriesPerHour: { min: 1000 },
    highAvailability: true,
    api: { containers: 8, workersPerContainer: 4 },
    timescaledb: { memGiB: 8, cpus: 16 },
    neo4j: { heapGiB: 8, pageCacheGiB: 8 },
    redis: { maxMemoryGiB: 2 },
    total: { memGiB: 32, cpus: 32 },
    namedInstance: { aws: "c5.2xlarge", gcp: "c2-standard-8" },
    budgetUsd: { aws: 2000, gcp: 1900 },
    families: STEADY,
  },
});

/** Horizontal scaling of the API, the same in all tiers. Origin: Auto-Scaling (HPA). */
export const AUTOSCALING = Object.freeze({
  minContainers: 2,
  maxContainers: 10,
  targetCpuPercent: 70,
  targetMemoryPercent: 80,
});

/** One API container. Kubernetes figures: Kubernetes Scaling. On machines: `containerMemGiB` below. */
export const API_CONTAINER = Object.freeze({
  requests: { memGiB: 1, cpus: 0.5 },
  limits: { memGiB: 2, cpus: 1 },
});

/** Days that backups are kept. Origin: Backup Strategy. */
export const BACKUP_RETENTION_DAYS = 30;

/**
 * Memory of one API container on a machine. Derived: what the totals of T2, T3 and T4 leave a container once the
 * databases have theirs, the same 0.75 GiB in T3 and T4; T2's 0.75 and T1's 1.4 also pay for the operating system.
 */
export function containerMemGiB(): number {
  const { total, timescaledb, neo4j, redis, api } = TIERS.t4;
  return (total.memGiB - timescaledb.memGiB - neo4j.heapGiB - neo4j.pageCacheGiB - redis.maxMemoryGiB) / api.containers;
}

/**
 * Memory in GiB of the largest machine that a tier has a use for. Derived: machines come in powers of two, and the system's
 * share never fits beside a tier's whole memory, so one size more than its total.
 */
export function largestMachineGiB({ total }: Pick<Tier, "total">): number {
  return 2 * total.memGiB;
}

/** CPUs of Neo4j and Redis. Derived: what the total leaves after TimescaleDB and one CPU a container (its Kubernetes limit), three parts to one. */
export function graphAndCacheCpus(tier: Tier): { neo4j: number; redis: number } {
  const rest = tier.total.cpus - tier.timescaledb.cpus - tier.api.containers * API_CONTAINER.limits.cpus;
  return { neo4j: (rest * 3) / 4, redis: rest / 4 };
}
