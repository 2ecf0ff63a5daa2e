import type { RedisMode } from "./topology";

export interface RedisArgs {
  /** Memory for data in GiB: Redis' maxmemory; in cluster mode, the sum over all masters. */
  readonly maxMemoryGiB: number;
  readonly cpus: number;
  /** Size of each data disk in GiB. */
  readonly diskGiB: number;
  /** Default: the cheapest type that fits. */
  readonly instanceType?: string;
  readonly mode: RedisMode;
  readonly backup: {
    /** Full name of the bucket. */
    readonly bucket: string;
    /** Days for which backups are retained. */
    readonly retentionDays: number;
  };
}
