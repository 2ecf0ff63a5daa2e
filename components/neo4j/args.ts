import type { Cloud } from "../model/cloud";
import type { Neo4jEdition, Neo4jLicence } from "./licence";
import type { Neo4jMemory } from "./sizing";
import type { VersionName } from "./version";

/** The inputs of the service, as plain values. */
export interface Neo4jArgs extends Neo4jMemory {
  /** Selects the URI scheme of the backup bucket. */
  readonly cloud: Cloud;
  /** CPUs of each member. Set by the tier. */
  readonly cpus: number;
  /** Size of each data disk, GiB. A backup requires free space for one more copy of the graph. */
  readonly diskGiB: number;
  /** Instance type of the members. Default: the cheapest that fits. */
  readonly instanceType?: string;
  /** One server, or a cluster of three primaries in three zones. */
  readonly members: 1 | 3;
  /** Only Enterprise Edition can be clustered. */
  readonly edition: Neo4jEdition;
  /** The licence of Enterprise Edition that the user has accepted. */
  readonly licence: Neo4jLicence;
  readonly version: VersionName;
  /** URL of the package archive: Neo4j's own or a mirror of it. */
  readonly packages: string;
  readonly backup: {
    /** Full name of the bucket with purpose "backups". */
    readonly bucket: string;
    /** Days that a backup can be restored. */
    readonly retentionDays: number;
  };
}
