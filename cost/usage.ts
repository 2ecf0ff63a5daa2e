import { HOURS_PER_MONTH } from "./prices/book";
import { DATA_SERVICES, type DataServiceName } from "../components/model/role";
import { assumedLoad, TIERS, type TierName } from "../stacks/tiers";

/** What a stack is used for in a month: everything that no plan says. All of it may be overridden. */
export interface Usage {
  /** Queries an hour, all month long. Default: the most that the tier is for; 10,000 at T4. */
  readonly queriesPerHour: number;
  /** KiB that a client sends with a query. Ours: a JSON request with its headers. */
  readonly requestKiB: number;
  /** KiB that a client gets back. Ours: a page of facts or a year of daily prices as JSON. */
  readonly responseKiB: number;
  /** KiB between the API and the stores for a query. Ours: four times the answer, which is put together from them. */
  readonly storeKiB: number;
  /** GB written to the stores in a month, each once. Ours: a thousandth of T3's data a day, in proportion. */
  readonly writtenGb: number;
  /** GB of data in each store. Ours: what the tier's page caches and memory are made for, several times over. */
  readonly dataGb: Readonly<Record<DataServiceName, number>>;
  /**
   * GB of backups for each GB of data. Ours: within 30 days five weekly full ones at half the size (zstd), and as much again
   * as one of them in daily and hourly changes.
   */
  readonly backupFactor: number;
  /** GB a month through the NAT gateway for each node. Ours: packages, container images and the stores of secrets and logs. */
  readonly natGbPerNode: number;
  /** GB a month of load balancer logs and flow logs for each million queries, and for each node. Ours: 1 KiB a query, 0.2 GB a node. */
  readonly logGbPerMillionQueries: number;
  readonly flowLogGbPerNode: number;
  /** GB a month that a node sends to the cloud's log store, where the stack has one for them. Ours: journal and audit, compressed by nobody. */
  readonly nodeLogGb: number;
  /** Reads of each secret a month, by one node. Ours: each boots, renews and checks daily. */
  readonly secretReads: number;
  /** Writes to and reads from each bucket a month, in thousands. Ours: WAL once a minute and its siblings; a restore test. */
  readonly bucketWritesK: number;
  readonly bucketReadsK: number;
  /** vCPU-hours above the baseline a month for each machine that may exceed it (cpuCredits "unlimited"). */
  readonly surplusVcpuHours: number;
}

/** What a tier is assumed to be used for. */
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
    surplusVcpuHours: 0,
  };
}

/** GB a month that queries move between clients, API and stores. */
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

/** Puts given figures in the place of a tier's. Throws RangeError with every figure that makes no sense. */
export function withUsage(usage: Usage, given: Readonly<Record<string, unknown>>): Usage {
  const problems: string[] = [];
  const changed: Record<string, unknown> = structuredClone(usage) as unknown as Record<string, unknown>;
  for (const [path, value] of Object.entries(given)) {
    const [key, inner] = path.split(".") as [string, string?];
    const target = inner === undefined ? changed : (changed[key] as Record<string, unknown> | undefined);
    const field = inner ?? key;
    if (target === undefined || typeof target !== "object" || typeof target[field] !== "number") {
      problems.push(`"${path}" is no assumption; there are ${usageKeys(usage).join(", ")}`);
      continue;
    }
    const number = typeof value === "number" ? value : Number(value === "" ? NaN : value);
    if (!Number.isFinite(number) || number < 0) {
      problems.push(`${path}: ${JSON.stringify(value)}; a number from 0 on, for example ${path}=${target[field]}`);
      continue;
    }
    target[field] = number;
  }
  if (problems.length > 0) {
    throw new RangeError(problems.join("\n"));
  }
  return changed as unknown as Usage;
}

/** All assumptions by their names. */
export function usageByKey(usage: Usage): Record<string, number> {
  return Object.fromEntries(
    Object.entries(usage).flatMap(([key, value]: [string, number | Readonly<Record<string, number>>]) =>
      typeof value === "number"
        ? [[key, value]]
        : Object.entries(value).map(([inner, figure]) => [`${key}.${inner}`, figure]),
    ),
  );
}

/** Names of all assumptions: "queriesPerHour", "dataGb.redis"... */
export function usageKeys(usage: Usage): string[] {
  return Object.keys(usageByKey(usage));
}
