import type { Cloud } from "../model/cloud";
import type { Placed } from "../model/role";

/** A container's share of its node: memory in GiB, CPUs in cores. */
export interface ContainerResources {
  readonly memGiB: number;
  readonly cpus: number;
}

/** A host that runs PostgreSQL. */
export interface DatabaseHost {
  /** DNS name within the stack; the host's certificate carries it. */
  readonly name: string;
  /** Private IPv4 address. */
  readonly address: string;
}

/** How the API reaches the database. */
export interface TimescaleDbBackend {
  /** Data nodes of each shard, in order; one shard when symbols are not spread. */
  readonly shards: readonly (readonly DatabaseHost[])[];
  readonly database: string;
  /** Port of the connection pool on every data node. */
  readonly poolPort: number;
  /** Port of the REST API on every data node that reports which host is the primary. A single host has none. */
  readonly patroniPort?: number;
  /** Name of the secret that holds `username` and `password`. */
  readonly secret: string;
}

/** How the API reaches its stores, without secret values. */
export interface Backends {
  readonly timescaledb: TimescaleDbBackend;
  readonly neo4j: {
    readonly uri: string;
    /** "host:port" of each member. */
    readonly members: readonly string[];
    /** Name of the secret that holds `username` and `password`. */
    readonly secret: string;
  };
  readonly redis: {
    /** "rediss://host:port" of a single server. */
    readonly url?: string;
    /** "host:port" of each Sentinel; empty without Sentinels. */
    readonly sentinels: readonly string[];
    readonly masterName?: string;
    /** "host:port" of each member of a cluster; empty without a cluster. */
    readonly cluster: readonly string[];
    /** Name of the secret that holds `username` and `password`. */
    readonly secret: string;
  };
}

/** What the API's plan on machines depends on. */
export interface ApiPlanArgs {
  readonly cloud: Cloud;
  /** Full name of the bucket whose object names the image that nodes run. */
  readonly releaseBucket: string;
  /** Containers on all nodes together at the tier's own load. */
  readonly containers: number;
  readonly workersPerContainer: number;
  /** Limits of one container. */
  readonly container: ContainerResources;
  /** Upper bound of autoscaling, in containers. */
  readonly maxContainers: number;
  readonly targetCpuPercent: number;
  /** Zones that hold nodes. */
  readonly zones: number;
  readonly instanceType?: string;
  /** Share of the capacity above the minimum that may be spot, 0 to 100. */
  readonly spotPercent: number;
  /** Names of the secrets that nodes may read. */
  readonly secrets: readonly string[];
  /** How nodes reach the stores, given where every role is placed. */
  readonly backends: (all: readonly Placed[]) => Backends;
}
