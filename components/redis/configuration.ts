import { TLS } from "../model/tls";
import { addressOf, secretMark, type Placed } from "../model/role";
import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "./endpoints";
import { API_SECRET, SERVER_SECRET, USERS } from "./secrets";
import { memberMemoryGiB, MEMBERS, type RedisMode } from "./topology";
import { clusterSettings } from "./cluster";
import { backlogMiB, replicaBufferMiB } from "./sizing";

/** Where Redis keeps its data, and what Sentinel rewrites: on the data disk. */
export const DATA = "/var/lib/redis";

/** Milliseconds without an answer after which Sentinels call a master down: long enough for a slow disk, short enough for a user. */
const DOWN_AFTER_MS = 3000;
/**
 * A failed attempt is repeated after twice this, and attempts do fail: two Sentinels that notice at the same moment
 * both ask for the other's vote. Redis' default of three minutes would then cost six.
 */
const FAILOVER_TIMEOUT_MS = 6000;
/** A master that hears from no replica for this long takes no more writes: it may have been replaced. */
export const MAX_LAG_SECONDS = 10;

/** TLS directives of redis-server and Sentinel: nothing is spoken in the clear, and members prove who they are. */
const TLS_LINES = [
  "port 0",
  `tls-cert-file ${TLS.certificate}`,
  `tls-key-file ${TLS.key}`,
  `tls-ca-cert-file ${TLS.ca}`,
  "# Clients prove who they are by password; only members have certificates.",
  "tls-auth-clients optional",
  "tls-replication yes",
  'tls-protocols "TLSv1.2 TLSv1.3"',
];

/** The settings that this project decides: the whole of redis.conf but for who replicates whom, which Sentinel decides. */
export function redisConfiguration(
  self: Placed,
  { mode, maxMemoryGiB: wholeGiB }: { readonly mode: RedisMode; readonly maxMemoryGiB: number },
): string {
  const address = addressOf(self);
  const maxMemoryGiB = memberMemoryGiB(mode, wholeGiB);
  return lines([
    `bind 127.0.0.1 ${address}`,
    "protected-mode yes",
    `tls-port ${REDIS_PORT}`,
    ...TLS_LINES,
    "tcp-backlog 511",
    "tcp-keepalive 60",
    "timeout 0",
    `dir ${DATA}`,
    "aclfile /etc/redis/users.acl",
    "",
    "# The cache forgets what was used least when it is full.",
    `maxmemory ${Math.round(maxMemoryGiB * 1024)}mb`,
    "maxmemory-policy allkeys-lru",
    "",
    "# At most a second of writes is lost with a node.",
    "appendonly yes",
    "appendfsync everysec",
    "auto-aof-rewrite-percentage 100",
    "auto-aof-rewrite-min-size 64mb",
    "save 900 1 300 100",
    "latency-monitor-threshold 100",
    ...(mode === "single" ? [] : replication(address, maxMemoryGiB)),
    ...(mode === "sentinel" ? fencing(MEMBERS.sentinel - 1) : []),
    ...(mode === "cluster" ? clusterSettings(self) : []),
  ]);
}

function replication(address: string, maxMemoryGiB: number): string[] {
  return [
    "",
    `masteruser ${USERS.replication}`,
    `masterauth ${secretMark(SERVER_SECRET, "replication")}`,
    "# Fixed for life: Sentinel remembers members by it.",
    `replica-announce-ip ${address}`,
    `replica-announce-port ${REDIS_PORT}`,
    `repl-backlog-size ${backlogMiB(maxMemoryGiB)}mb`,
    "repl-diskless-sync yes",
    "# A restarted master takes no writes before a replica has its data: it must not wait for both for long.",
    "repl-diskless-sync-delay 1",
    `client-output-buffer-limit replica ${replicaBufferMiB(maxMemoryGiB)}mb ${replicaBufferMiB(maxMemoryGiB) / 4}mb 60`,
  ];
}

function fencing(replicas: number): string[] {
  return [
    `repl-diskless-sync-max-replicas ${replicas}`,
    "# A master cut off from all its replicas stops accepting writes, so that none is lost when another is elected.",
    "min-replicas-to-write 1",
    `min-replicas-max-lag ${MAX_LAG_SECONDS}`,
  ];
}

/** Users and what they may do; the all-powerful default user is off. */
export function redisUsers(): string {
  const user = (name: string, secret: string, field: string, rules: string): string =>
    `user ${name} on >${secretMark(secret, field)} ${rules}`;
  return lines([
    "user default off",
    // Nobody but Sentinel may publish on Sentinel's channel: a forged message there starts a failover.
    user(USERS.api, API_SECRET, "password", "~* resetchannels &ape:* +@all -@admin -@dangerous +info"),
    user(USERS.replication, SERVER_SECRET, "replication", "+psync +sync +replconf +ping"),
    user(
      USERS.sentinel,
      SERVER_SECRET,
      "sentinel",
      "allchannels +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill",
    ),
    // What the node's own commands need: handing over before a stop, and the restore of a copy.
    user(
      USERS.admin,
      SERVER_SECRET,
      "admin",
      "+ping +info +dbsize +client|pause +client|unpause +config|set +cluster|myid +cluster|nodes +cluster|info +cluster|meet +cluster|forget +cluster|addslotsrange +cluster|replicate +cluster|failover",
    ),
    user(
      USERS.monitoring,
      SERVER_SECRET,
      "monitoring",
      "+ping +info +config|get +client|list +slowlog|get +latency|latest",
    ),
  ]);
}

/** Sentinel's first configuration; from then on Sentinel itself writes it. */
export function sentinelConfiguration(self: Placed, master: Placed, quorum: number): string {
  const address = addressOf(self);
  return lines([
    `bind 127.0.0.1 ${address}`,
    "protected-mode yes",
    `tls-port ${SENTINEL_PORT}`,
    ...TLS_LINES,
    `dir ${DATA}/sentinel`,
    "aclfile /etc/redis/sentinel-users.acl",
    `sentinel announce-ip ${address}`,
    `sentinel announce-port ${SENTINEL_PORT}`,
    `sentinel sentinel-user ${USERS.sentinel}`,
    `sentinel sentinel-pass ${secretMark(SERVER_SECRET, "sentinel")}`,
    `sentinel monitor ${MASTER_NAME} ${addressOf(master)} ${REDIS_PORT} ${quorum}`,
    `sentinel auth-user ${MASTER_NAME} ${USERS.sentinel}`,
    `sentinel auth-pass ${MASTER_NAME} ${secretMark(SERVER_SECRET, "sentinel")}`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER_NAME} ${FAILOVER_TIMEOUT_MS}`,
    `sentinel parallel-syncs ${MASTER_NAME} 1`,
    "sentinel deny-scripts-reconfig yes",
  ]);
}

/** Who may ask a Sentinel, and who may command it. */
export function sentinelUsers(): string {
  const questions = ["get-master-addr-by-name", "sentinels", "replicas", "masters", "master", "ckquorum"];
  return lines([
    "user default off",
    `user ${USERS.api} on >${secretMark(API_SECRET, "password")} allchannels +@connection -@admin +subscribe +psubscribe ${questions.map((question) => `+sentinel|${question}`).join(" ")}`,
    `user ${USERS.sentinel} on >${secretMark(SERVER_SECRET, "sentinel")} allchannels +@all`,
  ]);
}

function lines(content: readonly string[]): string {
  return `${content.join("\n")}\n`;
}
