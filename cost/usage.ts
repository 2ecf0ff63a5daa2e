import { TIERS, type TierName } from "../stacks/tiers";

/** What a month brings that no plan says. Every figure is an assumption and can be set: `--usage name=value`. */
export interface Usage {
  /** Queries an hour, all day. Default: the most that the tier is for. */
  readonly queriesPerHour: number;
  /** KiB of a request and of its answer; the answer leaves for the internet. */
  readonly requestKiB: number;
  readonly responseKiB: number;
  /** KiB that a query writes to the stores; each replica gets them from another zone. */
  readonly writtenKiB: number;
  /** KiB of log that a query leaves: the balancer's and the network's. */
  readonly loggedKiB: number;
  /** GiB in the stores together. */
  readonly dataGiB: number;
  /** GiB in the bucket for each GiB of data: a month of full, differential and incremental copies, compressed. */
  readonly backupRatio: number;
  /** Objects written to buckets a month: WAL every minute, backups, logs every five minutes. */
  readonly objectsWritten: number;
  /** GiB of packages and images that a node fetches a month. */
  readonly fetchedGiB: number;
}

/** A tier without an upper bound is reckoned at this many times its lower one: where the Scaling Strategy's 10,000 are. */
const OPEN_ENDED = 10;

/** GiB of data that a tier is reckoned with; T4's is the amount whose restore docs/timescaledb.md reckons. */
const DATA_GIB: Readonly<Record<TierName, number>> = { t1: 2, t2: 20, t3: 80, t4: 300 };

export function usageOf(tier: TierName): Usage {
  const { min, max } = TIERS[tier].queriesPerHour;
  return {
    queriesPerHour: max ?? OPEN_ENDED * min,
    requestKiB: 4,
    responseKiB: 50,
    writtenKiB: 20,
    loggedKiB: 2,
    dataGiB: DATA_GIB[tier],
    backupRatio: 2,
    objectsWritten: 60_000,
    fetchedGiB: 1,
  };
}
