/** Differences between Neo4j's long-term support release and its calendar versions. */
export interface Neo4jVersion {
  /** Exact package version, with Debian's epoch. */
  readonly package: string;
  /** Component of Neo4j's package source. */
  readonly component: string;
  /** Setting that lists the members of a cluster. */
  readonly endpointsSetting: string;
  /** Cluster settings that only this version line has. */
  readonly clusterSettings: Readonly<Record<string, string>>;
  /** Command that merges a chain of backups into one artefact. */
  readonly aggregate: readonly string[];
  /** Procedure that replaces a cluster's database with a backup. */
  readonly recreate: string;
  /** Settings that disable features which newer versions enable by default. */
  readonly quietSettings: Readonly<Record<string, string>>;
}

/** Sources: Neo4j operations manual, 5.x and current, "Discovery" and "Changes"; "Aggregate", "Recreate a database"; Maven Central for the newest patch. */
export const VERSIONS = {
  "5.26": {
    package: "1:5.26.30",
    component: "5",
    endpointsSetting: "dbms.cluster.discovery.v2.endpoints",
    // The default is still version 1, which newer servers no longer support.
    clusterSettings: { "dbms.cluster.discovery.version": "V2_ONLY" },
    aggregate: ["neo4j-admin", "database", "aggregate-backup"],
    recreate: "dbms.cluster.recreateDatabase",
    quietSettings: {},
  },
  "2026": {
    package: "1:2026.08.1",
    component: "latest",
    endpointsSetting: "dbms.cluster.endpoints",
    clusterSettings: {},
    aggregate: ["neo4j-admin", "backup", "aggregate"],
    recreate: "dbms.recreateDatabase",
    quietSettings: {
      "server.fleet_discovery.enabled": "false",
      "dbms.fleet_manager.enabled": "false",
      // Only trusted from a configured proxy, and none is configured.
      "server.http.x_forward.enabled": "false",
    },
  },
} as const satisfies Record<string, Neo4jVersion>;

export type VersionName = keyof typeof VERSIONS;
export const VERSION_NAMES = ["5.26", "2026"] as const satisfies readonly VersionName[];

/** Supported until June 2028; the last release with the 4.x store format. */
export const DEFAULT_VERSION: VersionName = "5.26";
