import type { Cloud } from "../model/cloud";
import type { Edition } from "./edition";
import type { SchemaOptions } from "./schema-options";
import type { ShardCount } from "./topology";

/** The inputs of the service, as plain values. */
export interface TimescaleDbArgs {
  /** Selects pgBackRest's repository type. */
  readonly cloud: Cloud;
  /** The bucket's region. */
  readonly region: string;
  /** Memory of each data node for the server and its page cache, GiB. Set by the tier. */
  readonly memGiB: number;
  /** CPUs of each data node. Set by the tier. */
  readonly cpus: number;
  /** Size of each data disk, GiB. It can grow, never shrink. */
  readonly diskGiB: number;
  /** Instance type of the data nodes. Default: the cheapest that fits. */
  readonly instanceType?: string;
  /** Two data nodes and a witness in three zones instead of one node. */
  readonly highlyAvailable: boolean;
  /** Number of shards that symbols are distributed over; each has its own nodes. Default 1; more require `highlyAvailable`. */
  readonly shards?: ShardCount;
  readonly backup: {
    /** Full name of the bucket with purpose "backups". */
    readonly bucket: string;
    /** Days that a backup can be restored. */
    readonly retentionDays: number;
  };
  /**
   * TimescaleDB's edition. `apache`: Debian's packages. `community`: Timescale's own packages under the Timescale licence,
   * with compression, retention and continuous aggregates. Default "apache".
   */
  readonly edition?: Edition;
  /** Retention of prices and their continuous aggregates. Requires edition "community". Default: no retention, no aggregates. */
  readonly schema?: SchemaOptions;
  /** Point in time that a blank data disk is restored to, ISO 8601. Default: the end of the backups. */
  readonly restoreTo?: string;
  /** Name of the database. Default DEFAULT_DATABASE. Changing it creates another, empty database. */
  readonly database?: string;
}

export const DEFAULT_DATABASE = "ape";
