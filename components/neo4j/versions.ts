import type { AptSource } from "../node/role";

export const NEO4J_SERIES = ["5.26", "2026"] as const;
/** 5.26 is the series with long-term support, until June 2028; 2026 is the calendar-versioned one. */
export type Neo4jSeries = (typeof NEO4J_SERIES)[number];

export const DEFAULT_SERIES: Neo4jSeries = "5.26";

/** What differs between series. */
export interface Release {
  /** Exact version: a new one is a decision, not a surprise. */
  readonly version: string;
  /** Component of Neo4j's package archive. */
  readonly component: "5" | "latest";
  /** Settings by which the members of a cluster find each other, given "host:port" of each. */
  discovery(members: readonly string[]): readonly string[];
  /** Settings that keep the server from calling its maker, beyond those that all series have. */
  readonly privacy: readonly string[];
  /** JVM options of the shipped neo4j.conf beyond those that all series have. */
  readonly jvm: readonly string[];
}

/** Source: Operations Manual of each series ("Discovery", "Changes, deprecations, and removals", "The neo4j.conf file"). */
export const RELEASES: Readonly<Record<Neo4jSeries, Release>> = {
  "5.26": {
    version: "5.26.30",
    component: "5",
    discovery: (members) => [
      "# The first protocol, still the default of this series, ended with it.",
      "dbms.cluster.discovery.version=V2_ONLY",
      `dbms.cluster.discovery.v2.endpoints=${members.join(",")}`,
    ],
    privacy: [],
    jvm: [],
  },
  "2026": {
    version: "2026.08.1",
    component: "latest",
    discovery: (members) => [`dbms.cluster.endpoints=${members.join(",")}`],
    privacy: ["server.fleet_discovery.enabled=false", "dbms.fleet_manager.enabled=false"],
    jvm: [
      "-Dio.netty.leakDetection.level=DISABLED",
      "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
      "-Dorg.neo4j.shaded.lucene9.vectorization.upperJavaFeatureVersion=25",
    ],
  },
};

/** Neo4j's own package archive. The fingerprint of its key, "Neo4j Admins", has been the same since 2019. */
export function archive(release: Release): AptSource {
  return {
    name: "neo4j",
    uri: "https://debian.neo4j.com",
    suite: "stable",
    components: release.component,
    keyUrl: "https://debian.neo4j.com/neotechnology.gpg.key",
    fingerprint: "1EEFB8767D4924B86EAD08A459D700E4D37F5F19",
  };
}
