import { HOURS_PER_MONTH } from "./prices/book";
import { AGENT } from "../components/node/agent";
import { DATA_SERVICES, type DataServiceName } from "../components/model/role";
import { assumedLoad, TIERS, type TierName } from "../stacks/tiers";

/** Assumed monthly usage of a stack: everything that a plan does not contain. Every figure can be overridden. */
export interface Usage {
  /** Queries an hour, all month. Default: the tier's assumed load. */
  readonly queriesPerHour: number;
  /** KiB per request from a client. Ours: a JSON request with its headers. */
  readonly requestKiB: number;
  /** KiB per response. Ours: a page of facts or a year of daily prices as JSON. */
  readonly responseKiB: number;
  /** KiB between the API and the stores per query. Ours: four times the response, which is assembled from them. */
  readonly storeKiB: number;
  /** GB written to the stores a month, counted once. Ours: a quarter of the data. */
  readonly writtenGb: number;
  /** GB of data in each store. Default: the tier's. */
  readonly dataGb: Readonly<Record<DataServiceName, number>>;
  /**
   * GB of backups per GB of data. Ours: in 30 days, five weekly full backups at half the size (zstd), plus one more of that
   * size in daily and hourly increments.
   */
  readonly backupFactor: number;
  /** GB a month through the NAT gateway per node. Ours: packages, container images, secret store and log store. */
  readonly natGbPerNode: number;
  /** GB of load balancer logs per million queries, and GB of flow logs per node and month. Ours: 1 KiB a query, 0.2 GB a node. */
  readonly logGbPerMillionQueries: number;
  readonly flowLogGbPerNode: number;
  /** GB a month that a node sends to the cloud's log store, if the stack has one. Ours: journal and audit log, uncompressed. */
  readonly nodeLogGb: number;
  /** Reads of each secret a month, per node. Ours: boots, renewals and a daily check. */
  readonly secretReads: number;
  /** Writes to and reads from each bucket a month, in thousands. Ours: one WAL segment a minute and comparable writes; a restore test. */
  readonly bucketWritesK: number;
  readonly bucketReadsK: number;
  /**
   * Per node and month, in thousands: reads of its order and of the deployer's request, and writes of its status. Ours: the
   * agent's intervals; changes add little.
   */
  readonly orderReadsK: number;
  readonly statusWritesK: number;
  /** vCPU-hours above the baseline a month, per machine that may exceed it (cpuCredits "unlimited"). Default: 0. */
  readonly surplusVcpuHours: number;
}

const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;

/** The assumed usage of a tier. */
export function usageOf(tier: TierName): Usage {
  const { dataGb } = TIERS[tier];
  return {
    queriesPerHour: assumedLoad(TIERS[tier]),
    requestKiB: 4,
    responseKiB: 32,
    storeKiB: 128,
    writtenGb: DATA_SERVICES.reduce((sum, service) => sum + dataGb[service], 0) / 4,
    dataGb,
    backupFactor: 3,
    natGbPerNode: 3,
    logGbPerMillionQueries: 1,
    flowLogGbPerNode: 0.2,
    nodeLogGb: 1,
    secretReads: 100,
    bucketWritesK: 60,
    bucketReadsK: 60,
    orderReadsK: (2 * SECONDS_PER_MONTH) / AGENT.POLL_SECONDS / 1000,
    statusWritesK: SECONDS_PER_MONTH / AGENT.REPORT_SECONDS / 1000,
    surplusVcpuHours: 0,
  };
}

/** Monthly traffic of queries between clients, API and stores, GB. */
export function trafficGb(usage: Usage): {
  readonly millionQueries: number;
  readonly inGb: number;
  readonly outGb: number;
  readonly storeGb: number;
} {
  const queries = usage.queriesPerHour * HOURS_PER_MONTH;
  const gb = (kib: number): number => (queries * kib) / 2 ** 20;
  return {
    millionQueries: queries / 1e6,
    inGb: gb(usage.requestKiB),
    outGb: gb(usage.responseKiB),
    storeGb: gb(usage.storeKiB),
  };
}

/** Overrides figures by their keys. Throws RangeError that lists every invalid one. */
export function withUsage(usage: Usage, given: Readonly<Record<string, unknown>>): Usage {
  const problems: string[] = [];
  const changed: Record<string, unknown> = structuredClone(usage) as unknown as Record<string, unknown>;
  for (const [path, value] of Object.entries(given)) {
    const [key, inner] = path.split(".") as [string, string?];
    const target = inner === undefined ? changed : (changed[key] as Record<string, unknown> | undefined);
    const field = inner ?? key;
    if (target === undefined || typeof target !== "object" || typeof target[field] !== "number") {
      problems.push(`"${path}" is not an assumption; use one of ${usageKeys(usage).join(", ")}`);
      continue;
    }
    const number = typeof value === "number" ? value : Number(value === "" ? NaN : value);
    if (!Number.isFinite(number) || number < 0) {
      problems.push(`${path}: ${JSON.stringify(value)}; a number of at least 0, for example ${path}=${target[field]}`);
      continue;
    }
    target[field] = number;
  }
  if (problems.length > 0) {
    throw new RangeError(problems.join("\n"));
  }
  return changed as unknown as Usage;
}

/** All assumptions by key. */
export function usageByKey(usage: Usage): Record<string, number> {
  return Object.fromEntries(
    Object.entries(usage).flatMap(([key, value]: [string, number | Readonly<Record<string, number>>]) =>
      typeof value === "number"
        ? [[key, value]]
        : Object.entries(value).map(([inner, figure]) => [`${key}.${inner}`, figure]),
    ),
  );
}

/** Keys of all assumptions: "queriesPerHour", "dataGb.redis"... */
export function usageKeys(usage: Usage): string[] {
  return Object.keys(usageByKey(usage));
}
