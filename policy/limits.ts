import { SERVICES, type Service } from "../components/model/role";
import { MEMBERS as REDIS_MEMBERS } from "../components/redis/topology";
import type { Cloud } from "../components/model/cloud";
import { DISK_GIB } from "../stacks/config/spec";
import {
  AUTOSCALING,
  graphAndCacheCpus,
  growthOf,
  largestMachineGiB,
  TIERS,
  TIER_NAMES,
  type TierName,
} from "../stacks/tiers";

/** The service that a machine belongs to; "shared" if several share it. */
export type Share = Service | "shared";

/** Total capacity of machines. Memory in GiB. */
export interface Capacity {
  readonly vcpu: number;
  readonly memGiB: number;
}

/** A service's limits within a tier. */
export interface ServiceLimits extends Capacity {
  /** Maximum number of machines. */
  readonly instances: number;
  /** Largest data disk, GiB; 0 for a service without data. */
  readonly diskGiB: number;
  /** Total size of its data disks, GiB. */
  readonly disksGiB: number;
}

/** The limits of a stack at a tier, derived from the table of tiers. */
export interface TierLimits {
  readonly families: Readonly<Record<Cloud, readonly string[]>>;
  /** Per machine. */
  readonly node: Capacity;
  /** By service; "shared" covers machines that several services share. */
  readonly services: Readonly<Record<Share, ServiceLimits>>;
  readonly stack: Capacity;
}

/** Members of a replicated service: one in each of three zones. */
const MEMBERS = 3;
/** vCPUs of the smallest machine of most families. */
const LEAST_VCPU = 2;
/** GiB per vCPU in the standard families of the clouds (m5, n2-standard). */
const GIB_PER_VCPU = 4;
/** Largest boot disk, GiB: twice the size that the program creates. */
export const BOOT_DISK_GIB = 32;

function limitsOf(name: TierName): TierLimits {
  const tier = TIERS[name];
  const { neo4j, redis } = graphAndCacheCpus(tier);
  const growth = growthOf(tier);
  const data = (cpus: number, diskGiB: number, members: number): ServiceLimits => ({
    ...capacity(members * machineVcpu(cpus)),
    instances: members,
    diskGiB: diskGiB * growth,
    disksGiB: members * diskGiB * growth,
  });
  const node = { vcpu: tier.total.cpus, memGiB: largestMachineGiB(tier) };
  const services = {
    api: {
      ...capacity(AUTOSCALING.maxContainers * LEAST_VCPU),
      instances: AUTOSCALING.maxContainers,
      diskGiB: 0,
      disksGiB: 0,
    },
    timescaledb: data(tier.timescaledb.cpus, DISK_GIB.timescaledb, MEMBERS * tier.allows.timescaledbShards),
    neo4j: data(neo4j, DISK_GIB.neo4j, MEMBERS),
    redis: data(redis, DISK_GIB.redis, REDIS_MEMBERS[tier.allows.redisCluster ? "cluster" : "sentinel"]),
    shared: {
      instances: MEMBERS,
      vcpu: MEMBERS * node.vcpu,
      memGiB: MEMBERS * node.memGiB,
      diskGiB: 0,
      disksGiB: 0,
    },
  };
  const total = (pick: (limits: ServiceLimits) => number): number =>
    SERVICES.reduce((sum, service) => sum + pick(services[service]), 0);
  return {
    families: tier.families,
    node,
    services,
    stack: {
      vcpu: Math.max(
        total((limits) => limits.vcpu),
        services.shared.vcpu + services.api.vcpu,
      ),
      memGiB: Math.max(
        total((limits) => limits.memGiB),
        services.shared.memGiB + services.api.memGiB,
      ),
    },
  };
}

function machineVcpu(cpus: number): number {
  return Math.max(LEAST_VCPU, 2 ** Math.ceil(Math.log2(cpus)));
}

function capacity(vcpu: number): Capacity {
  return { vcpu, memGiB: vcpu * GIB_PER_VCPU };
}

export const LIMITS: Readonly<Record<TierName, TierLimits>> = Object.freeze(
  Object.fromEntries(TIER_NAMES.map((name) => [name, limitsOf(name)])) as Record<TierName, TierLimits>,
);
