import { TLS } from "../model/tls";
import { addressOf, secretMark, type Placed } from "../model/role";
import type { RedisArgs } from "./args";
import { CLUSTER_SETTINGS, clusterIdentity } from "./cluster";
import { REDIS_PORT } from "./endpoints";
import { DATA } from "./paths";
import { API_SECRET, SERVER_SECRET, USERS } from "./secrets";
import { memberMemoryGiB, MEMBERS, type RedisMode } from "./topology";
import { backlogMiB, replicaBufferMiB } from "./sizing";

/** Seconds without a replica's acknowledgement after which a master rejects writes: it may have been replaced. */
export const MAX_LAG_SECONDS = 10;

/** TLS directives of redis-server and Sentinel: no plaintext port, and members authenticate by certificate. */
export const TLS_LINES = [
  "port 0",
  `tls-cert-file ${TLS.certificate}`,
  `tls-key-file ${TLS.key}`,
  `tls-ca-cert-file ${TLS.ca}`,
  "# Clients authenticate by password; only members have certificates.",
  "tls-auth-clients optional",
  "tls-replication yes",
  'tls-protocols "TLSv1.2 TLSv1.3"',
];

/** What redis-server reads only when it starts. The same with and without replicas, so that adding them needs no restart. */
export function startConfiguration(self: Placed, mode: RedisMode): string {
  const address = addressOf(self);
  return lines([
    `bind 127.0.0.1 ${address}`,
    "protected-mode yes",
    `tls-port ${REDIS_PORT}`,
    ...TLS_LINES,
    "tcp-backlog 511",
    `dir ${DATA}`,
    "aclfile /etc/redis/users.acl",
    `masteruser ${USERS.replication}`,
    `masterauth ${secretMark(SERVER_SECRET, "replication")}`,
    "# Sentinel identifies members by it.",
    `replica-announce-ip ${address}`,
    `replica-announce-port ${REDIS_PORT}`,
    ...(mode === "cluster" ? clusterIdentity(self) : []),
  ]);
}

/** Settings that a running redis-server takes with CONFIG SET. A mode sets all that another mode sets. */
export function settings({ mode, maxMemoryGiB: totalGiB }: Pick<RedisArgs, "mode" | "maxMemoryGiB">): string {
  const maxMemoryGiB = memberMemoryGiB(mode, totalGiB);
  return lines([
    "tcp-keepalive 60",
    "timeout 0",
    "",
    "# When memory is full, the least recently used keys are evicted.",
    `maxmemory ${Math.round(maxMemoryGiB * 1024)}mb`,
    "maxmemory-policy allkeys-lru",
    "",
    "# The loss of a node loses at most one second of writes.",
    "appendonly yes",
    "appendfsync everysec",
    "auto-aof-rewrite-percentage 100",
    "auto-aof-rewrite-min-size 64mb",
    "save 900 1 300 100",
    "latency-monitor-threshold 100",
    "",
    `repl-backlog-size ${backlogMiB(maxMemoryGiB)}mb`,
    "repl-diskless-sync yes",
    "# A restarted master accepts writes only once a replica is in sync, so the wait for the second replica is short.",
    "repl-diskless-sync-delay 1",
    `client-output-buffer-limit replica ${replicaBufferMiB(maxMemoryGiB)}mb ${replicaBufferMiB(maxMemoryGiB) / 4}mb 60`,
    ...FENCING[mode],
    ...(mode === "cluster" ? CLUSTER_SETTINGS : []),
  ]);
}

const FENCING: Readonly<Record<RedisMode, readonly string[]>> = {
  single: ["min-replicas-to-write 0"],
  sentinel: [
    `repl-diskless-sync-max-replicas ${MEMBERS.sentinel - 1}`,
    "# A master without replicas rejects writes: another master may have been elected, and the writes would be lost.",
    "min-replicas-to-write 1",
    `min-replicas-max-lag ${MAX_LAG_SECONDS}`,
  ],
  cluster: [],
};

/** The ACL file: users and their rights. The default user, which may do everything, is off. */
export function redisUsers(): string {
  const user = (name: string, secret: string, field: string, rules: string): string =>
    `user ${name} on >${secretMark(secret, field)} ${rules}`;
  return lines([
    "user default off",
    // Only Sentinel may publish to Sentinel's channel: a forged message there triggers a failover.
    user(USERS.api, API_SECRET, "password", "~* resetchannels &ape:* +@all -@admin -@dangerous +info"),
    user(USERS.replication, SERVER_SECRET, "replication", "+psync +sync +replconf +ping"),
    user(
      USERS.sentinel,
      SERVER_SECRET,
      "sentinel",
      "allchannels +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill",
    ),
    // Used by the node's scripts: settings, hand-over, restore, cluster membership.
    user(
      USERS.admin,
      SERVER_SECRET,
      "admin",
      "+ping +info +dbsize +acl|load +client|pause +client|unpause +config|set +cluster|myid +cluster|nodes +cluster|info +cluster|meet +cluster|forget +cluster|addslotsrange +cluster|replicate +cluster|failover",
    ),
    user(
      USERS.monitoring,
      SERVER_SECRET,
      "monitoring",
      "+ping +info +config|get +client|list +slowlog|get +latency|latest",
    ),
  ]);
}

export function lines(content: readonly string[]): string {
  return `${content.join("\n")}\n`;
}
