import type { Backends } from "./args";
import { proxyPorts } from "./haproxy";

/** The authority's certificate within the container, on machines and in pods: a path. */
export const CA_FILE = "/etc/ape/ca.crt";

/**
 * The address that the API listens on. On machines the container shares the host's network, and only the node's nginx may
 * reach it. In pods, probes and Prometheus connect from outside the pod.
 */
export const LISTEN_ADDRESS = { machine: "127.0.0.1", pod: "0.0.0.0" } as const;

/** Where one container listens. */
export interface Listener {
  readonly host: (typeof LISTEN_ADDRESS)[keyof typeof LISTEN_ADDRESS];
  /** A port, or systemd's specifier for it. */
  readonly port: number | "%i";
  readonly workers: number;
}

/** How the API serves: the only variables whose values differ between machines and pods. */
export function serverSettings({ host, port, workers }: Listener): Record<string, string> {
  return { PORT: String(port), HOST: host, WEB_CONCURRENCY: String(workers) };
}

/**
 * How the API finds its stores, the same on machines and in pods. URLs carry no credentials: pgjdbc rejects a user in a
 * URL, and every driver takes them from `storeCredentials`. The database is always at localhost, where HAProxy finds the
 * primary; node-postgres rejects a URL with several hosts.
 */
export function storeSettings({ timescaledb, neo4j, redis }: Backends): Record<string, string> {
  const database = (port: number): string =>
    `postgresql://localhost:${port}/${timescaledb.database}?sslmode=verify-full&sslrootcert=${CA_FILE}`;
  const ports = timescaledb.shards.map((_, shard) => proxyPorts(shard));
  return {
    DATABASE_URL: database(proxyPorts().writer),
    DATABASE_READER_URL: database(proxyPorts().reader),
    ...(ports.length === 1
      ? {}
      : {
          DATABASE_SHARD_URLS: ports.map(({ writer }) => database(writer)).join(" "),
          DATABASE_SHARD_READER_URLS: ports.map(({ reader }) => database(reader)).join(" "),
        }),
    NEO4J_URI: neo4j.uri,
    NEO4J_MEMBERS: neo4j.members.join(","),
    ...(redis.url === undefined ? {} : { REDIS_URL: redis.url }),
    ...(redis.masterName === undefined
      ? {}
      : { REDIS_SENTINELS: redis.sentinels.join(","), REDIS_MASTER_NAME: redis.masterName }),
    ...(redis.cluster.length === 0 ? {} : { REDIS_CLUSTER: redis.cluster.join(",") }),
    CA_FILE,
  };
}

/** Variables that hold credentials. PGUSER and PGPASSWORD are libpq's own: its clients read them without configuration. */
export const CREDENTIALS = [
  "PGUSER",
  "PGPASSWORD",
  "NEO4J_USERNAME",
  "NEO4J_PASSWORD",
  "REDIS_USERNAME",
  "REDIS_PASSWORD",
] as const;
type Credential = (typeof CREDENTIALS)[number];

/**
 * The credentials of the stores, the same on machines and in pods.
 * @param read renders one field of a secret: a mark that the node replaces, or the value itself
 */
export function storeCredentials<T>(
  { timescaledb, neo4j, redis }: Backends,
  read: (secret: string, field: string) => T,
): Record<Credential, T> {
  return {
    PGUSER: read(timescaledb.secret, "username"),
    PGPASSWORD: read(timescaledb.secret, "password"),
    NEO4J_USERNAME: read(neo4j.secret, "username"),
    NEO4J_PASSWORD: read(neo4j.secret, "password"),
    REDIS_USERNAME: read(redis.secret, "username"),
    REDIS_PASSWORD: read(redis.secret, "password"),
  };
}
