import { TLS } from "../model/tls";
import { addressOf, dnsName, type Placed } from "../model/role";
import { memberNames, PORTS } from "./endpoints";
import { NEWER_JVM_OPTIONS, SHIPPED_JVM_OPTIONS } from "./jvm";
import type { Neo4jEdition } from "./licence";
import { transactionGiB, type Neo4jMemory } from "./sizing";
import { VERSIONS, type Neo4jVersion, type VersionName } from "./version";

/** Neo4j's home, the mount point of the data disk. */
export const HOME = "/var/lib/neo4j";
export const CONFIG_DIRECTORY = "/etc/neo4j";
/** Trusted certificates. Neo4j requires a directory that contains nothing else. */
export const TRUSTED = `${CONFIG_DIRECTORY}/trusted`;

export interface Neo4jConfiguration extends Neo4jMemory {
  readonly edition: Neo4jEdition;
  readonly version: VersionName;
  readonly self: Placed;
  /** All members, including `self`. */
  readonly members: readonly Placed[];
}

/** The complete neo4j.conf. Its format allows neither comments after a value nor duplicate settings. */
export function neo4jConfiguration(args: Neo4jConfiguration): string {
  const version: Neo4jVersion = VERSIONS[args.version];
  return `${[
    ...directories(),
    "",
    ...network(args.self),
    "",
    ...memory(args),
    "",
    ...operation(version),
    ...(args.edition === "enterprise" ? ["", ...enterprise(), "", ...clustering(args, version)] : []),
    "",
    "# Options of the packaged neo4j.conf, which this file replaces.",
    ...[...SHIPPED_JVM_OPTIONS, ...NEWER_JVM_OPTIONS[args.version]].map(jvmOption),
    "# After an OutOfMemoryError the server is unusable: exit, and let systemd restart it.",
    jvmOption("-XX:+ExitOnOutOfMemoryError"),
  ].join("\n")}\n`;
}

function directories(): string[] {
  return [
    "server.config.strict_validation.enabled=true",
    `server.directories.data=${HOME}/data`,
    `server.directories.plugins=${HOME}/plugins`,
    "server.directories.logs=/var/log/neo4j",
    "server.directories.lib=/usr/share/neo4j/lib",
    "# If unset, LOAD CSV could read every file below Neo4j's home.",
    `server.directories.import=${HOME}/import`,
    `server.logs.config=${CONFIG_DIRECTORY}/server-logs.xml`,
    `server.logs.user.config=${CONFIG_DIRECTORY}/user-logs.xml`,
  ];
}

function network(self: Placed): string[] {
  return [
    `server.default_listen_address=${addressOf(self)}`,
    "# The name that members use for each other; the node's certificate contains it.",
    `server.default_advertised_address=${dnsName(self.role.name)}`,
    "server.http.enabled=false",
    "server.https.enabled=true",
    `server.https.listen_address=:${PORTS.https}`,
    ...tlsPolicy("https", "NONE"),
    "server.bolt.enabled=true",
    `server.bolt.listen_address=:${PORTS.bolt}`,
    "# Drivers are routed to an address, because not all of them can resolve the members' names.",
    `server.bolt.advertised_address=${addressOf(self)}:${PORTS.bolt}`,
    "server.bolt.tls_level=REQUIRED",
    ...tlsPolicy("bolt", "NONE"),
    "dbms.security.auth_enabled=true",
    "# Queries must not read the cloud's metadata service (LOAD CSV FROM 'http://169.254.169.254/...').",
    "internal.dbms.cypher_ip_blocklist=169.254.0.0/16",
  ];
}

function tlsPolicy(scope: "https" | "bolt" | "cluster", clientAuth: "NONE" | "REQUIRE"): string[] {
  return [
    `dbms.ssl.policy.${scope}.enabled=true`,
    `dbms.ssl.policy.${scope}.base_directory=${CONFIG_DIRECTORY}`,
    `dbms.ssl.policy.${scope}.private_key=${TLS.key}`,
    `dbms.ssl.policy.${scope}.public_certificate=${TLS.certificate}`,
    `dbms.ssl.policy.${scope}.trusted_dir=${TRUSTED}`,
    `dbms.ssl.policy.${scope}.client_auth=${clientAuth}`,
  ];
}

function memory(args: Neo4jMemory): string[] {
  return [
    "# Allocate the full heap at start: growing it causes pauses.",
    `server.memory.heap.initial_size=${mebibytes(args.heapGiB)}`,
    `server.memory.heap.max_size=${mebibytes(args.heapGiB)}`,
    `server.memory.pagecache.size=${mebibytes(args.pageCacheGiB)}`,
    "# Terminate a runaway query before it exhausts the heap.",
    `dbms.memory.transaction.total.max=${mebibytes(transactionGiB(args))}`,
  ];
}

function mebibytes(gib: number): string {
  return `${Math.round(gib * 1024)}m`;
}

function operation(version: Neo4jVersion): string[] {
  return [
    "# Longer than the interval between differential backups, and bounded so that the logs cannot fill the disk.",
    "db.tx_log.rotation.retention_policy=2 days 2G",
    "# Log slow queries, without their parameters.",
    "db.logs.query.enabled=INFO",
    "db.logs.query.threshold=1s",
    "db.logs.query.parameter_logging_enabled=false",
    "# No usage data leaves the stack.",
    "dbms.usage_report.enabled=false",
    "client.allow_telemetry=false",
    ...lines(version.quietSettings),
  ];
}

function enterprise(): string[] {
  return [
    "# The backup client runs on this node. The port has no authentication.",
    "server.backup.enabled=true",
    `server.backup.listen_address=127.0.0.1:${PORTS.backup}`,
    "server.metrics.csv.enabled=false",
    "server.metrics.prometheus.enabled=true",
    `server.metrics.prometheus.endpoint=127.0.0.1:${PORTS.metrics}`,
    "# The monitored metrics. The default filter omits evictions and much of the heap.",
    `server.metrics.filter=${METRICS.join(",")}`,
  ];
}

/** Metrics to export. Source: the Scaling Strategy's "Key Metrics to Monitor"; sizes, pauses and the leader are ours. */
const METRICS: readonly string[] = [
  "*db.query.execution*",
  "*page_cache.hit*",
  "*page_cache.page_faults",
  "*page_cache.usage_ratio",
  "*page_cache.evictions*",
  "*transaction.active*",
  "*transaction.committed*",
  "*transaction.rollbacks*",
  "*transaction.last_committed_tx_id",
  "*bolt.connections*",
  "*store.size*",
  "*check_point.*",
  "*vm.heap.*",
  "*vm.gc.time.*",
  "*vm.pause_time",
  "*cluster.raft.is_leader",
];

function clustering({ self, members }: Neo4jConfiguration, version: Neo4jVersion): string[] {
  return members.length === 1 ? alone() : cluster(dnsName(self.role.name), memberNames(members), version);
}

/** Every Enterprise server opens these cluster ports, which do not authenticate clients. */
function alone(): string[] {
  return [
    "# A single server does not use the cluster ports.",
    `server.cluster.listen_address=127.0.0.1:${PORTS.cluster}`,
    `server.cluster.raft.listen_address=127.0.0.1:${PORTS.raft}`,
    `server.routing.listen_address=127.0.0.1:${PORTS.routing}`,
  ];
}

function cluster(own: string, names: readonly string[], version: Neo4jVersion): string[] {
  return [
    "dbms.cluster.discovery.resolver_type=LIST",
    ...lines(version.clusterSettings),
    `${version.endpointsSetting}=${names.map((name) => `${name}:${PORTS.cluster}`).join(",")}`,
    `dbms.cluster.minimum_initial_system_primaries_count=${names.length}`,
    "# A member whose disk was lost returns as a new server. Enable it automatically; ape-neo4j-readmit moves databases to it.",
    "initial.dbms.automatically_enable_free_servers=true",
    "# Neo4j's default of 1 would place the database on a single member.",
    `initial.dbms.default_primaries_count=${names.length}`,
    `server.cluster.listen_address=:${PORTS.cluster}`,
    `server.cluster.advertised_address=${own}:${PORTS.cluster}`,
    `server.cluster.raft.listen_address=:${PORTS.raft}`,
    `server.cluster.raft.advertised_address=${own}:${PORTS.raft}`,
    `server.routing.listen_address=:${PORTS.routing}`,
    `server.routing.advertised_address=${own}:${PORTS.routing}`,
    "# Port 6000 serves the whole database, so members authenticate with certificates.",
    ...tlsPolicy("cluster", "REQUIRE"),
    "dbms.ssl.policy.cluster.verify_hostname=true",
  ];
}

function lines(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([name, value]) => `${name}=${value}`);
}

function jvmOption(option: string): string {
  return `server.jvm.additional=${option}`;
}
