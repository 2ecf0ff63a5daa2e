import type { KubernetesApiArgs } from "./args";
import { HTTP } from "./names";

/** Folder in the container that holds the certificate of the stack's authority. */
export const CA_FOLDER = "/etc/ape";
export const CA_FILE = "ca.crt";

/** What the API is told by its environment, without secrets: the same names as on machines. */
export function environment({
  backends,
  workersPerContainer,
}: Pick<KubernetesApiArgs, "backends" | "workersPerContainer">): Record<string, string> {
  const tls = `sslrootcert=${CA_FOLDER}/${CA_FILE}`;
  return {
    HOST: "0.0.0.0", // probes and scrapers come from outside the pod
    PORT: String(HTTP.port),
    WEB_CONCURRENCY: String(workersPerContainer),
    DATABASE_URL: `${backends.timescaledbWriter}&${tls}`,
    DATABASE_READER_URL: `${backends.timescaledbReader}&${tls}`,
    ...(backends.timescaledbShards.length === 1
      ? {}
      : {
          DATABASE_SHARD_URLS: backends.timescaledbShards.map(({ writer }) => `${writer}&${tls}`).join(" "),
          DATABASE_SHARD_READER_URLS: backends.timescaledbShards.map(({ reader }) => `${reader}&${tls}`).join(" "),
        }),
    NEO4J_URI: backends.neo4jUri,
    NEO4J_MEMBERS: backends.neo4jMembers.join(","),
    ...(backends.redisUrl === "" ? {} : { REDIS_URL: backends.redisUrl }),
    ...(backends.redisCluster.length === 0 ? {} : { REDIS_CLUSTER: backends.redisCluster.join(",") }),
    ...(backends.redisMasterName === ""
      ? {}
      : { REDIS_SENTINELS: backends.redisSentinels.join(","), REDIS_MASTER_NAME: backends.redisMasterName }),
    CA_FILE: `${CA_FOLDER}/${CA_FILE}`,
  };
}
