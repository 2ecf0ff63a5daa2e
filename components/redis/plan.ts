import { secretMark, type Listen, type NodeFile, type Placed, type Provision, type Role } from "../model/role";
import { clusterFiles, JOIN_UNIT } from "./cluster";
import { BACKUP_PREFIX, BACKUP_TIMER, backupFiles } from "./backup";
import { DATA, redisConfiguration, redisUsers, sentinelConfiguration, sentinelUsers } from "./configuration";
import { BUS_PORT, REDIS_PORT, SENTINEL_PORT } from "./endpoints";
import { API_SECRET, SERVER_SECRET, USERS } from "./secrets";
import { roleMemGiB } from "./sizing";
import { localCli } from "./cli";
import { restoreScript } from "./restore";
import { clusterStartScript, SENTINEL_PASSWORD, startScript, STATE } from "./start";
import { STOP_SECONDS, stopScript } from "./stop";
import { indexOf, memberMemoryGiB, MEMBERS, shardOf, zoneOf, type RedisMode } from "./topology";

export interface RedisArgs {
  /** What data may fill, in GiB: Redis' maxmemory, or that of a cluster's masters together. */
  readonly maxMemoryGiB: number;
  readonly cpus: number;
  /** Size of each data disk in GiB. */
  readonly diskGiB: number;
  readonly instanceType?: string;
  readonly mode: RedisMode;
  readonly backup: {
    /** Whole name of the bucket. */
    readonly bucket: string;
    /** Days that a backup can be restored. */
    readonly retentionDays: number;
  };
}

/** Sentinels that must agree that a master is down. */
const QUORUM = 2;

/** The roles of Redis. Pure. */
export function planRedis(args: RedisArgs): Role[] {
  return Array.from({ length: MEMBERS[args.mode] }, (_, index) => member(args, index));
}

function member(args: RedisArgs, index: number): Role {
  return {
    service: "redis",
    name: `redis-${index + 1}`,
    zone: zoneOf(index),
    needs: { vcpu: args.cpus, memGiB: roleMemGiB(memberMemoryGiB(args.mode, args.maxMemoryGiB)) },
    ...(args.instanceType === undefined ? {} : { instanceType: args.instanceType }),
    disk: { sizeGiB: args.diskGiB, mount: DATA, owner: "redis" },
    listens: LISTENS[args.mode],
    secrets: [SERVER_SECRET, API_SECRET],
    grants: [{ bucket: "backups", prefix: BACKUP_PREFIX, access: "write" }],
    provision: (self, all) => provision(args, self, all),
  };
}

const LISTENS: Readonly<Record<RedisMode, readonly Listen[]>> = {
  single: [{ port: REDIS_PORT, from: ["api"], protocol: "Redis over TLS" }],
  sentinel: [
    { port: REDIS_PORT, from: ["api", "redis"], protocol: "Redis over TLS" },
    { port: SENTINEL_PORT, from: ["api", "redis"], protocol: "Sentinel over TLS" },
  ],
  cluster: [
    { port: REDIS_PORT, from: ["api", "redis"], protocol: "Redis over TLS" },
    { port: BUS_PORT, from: ["redis"], protocol: "Redis cluster over TLS" },
  ],
};

const SERVER_UNIT = "redis-server.service";
const SENTINEL_UNIT = "redis-sentinel.service";

function provision(args: RedisArgs, self: Placed, all: readonly Placed[]): Provision {
  const members = all.filter(({ role }) => role.service === "redis");
  const sentinel = args.mode === "sentinel";
  return {
    packages: sentinel ? ["redis-server", "redis-sentinel", "redis-tools"] : ["redis-server", "redis-tools"],
    files: [
      ...serverFiles(args, self, members),
      ...(sentinel ? sentinelFiles(self, members) : []),
      ...(args.mode === "cluster" ? clusterFiles(self, members) : []),
      ...backupFiles(args.backup, self, sameData(args.mode, self, members)),
    ],
    ...(sentinel ? { prepare: [`install -d -o redis -g redis -m 0750 ${DATA}/sentinel`] } : {}),
    units: [
      SERVER_UNIT,
      ...(sentinel ? [SENTINEL_UNIT] : []),
      ...(args.mode === "cluster" ? [JOIN_UNIT] : []),
      BACKUP_TIMER,
    ],
    tlsUsers: ["redis"],
    // A snapshot forks: without overcommit it fails when data fill half the memory.
    sysctl: { "vm.overcommit_memory": 1, "net.core.somaxconn": 4096 },
    health: health(args.mode),
  };
}

/** The members that hold the same data as this one, itself among them. */
function sameData(mode: RedisMode, self: Placed, members: readonly Placed[]): readonly Placed[] {
  return mode === "cluster"
    ? members.filter((_, index) => shardOf(index) === shardOf(indexOf(self, members)))
    : members;
}

function health(mode: RedisMode): string {
  const cli = localCli(REDIS_PORT, USERS.monitoring, "/etc/redis/monitoring.password");
  return mode === "single"
    ? `${cli} ping | grep -q PONG`
    : `${cli} info replication | grep -Eq '^(master_link_status:up|role:master)'`;
}

function serverFiles(args: RedisArgs, self: Placed, members: readonly Placed[]): NodeFile[] {
  const own = { owner: "root:redis", mode: "0640", restarts: SERVER_UNIT };
  return [
    { path: "/etc/redis/ape.conf", content: redisConfiguration(self, args), ...own },
    { path: "/etc/redis/users.acl", content: redisUsers(), ...own },
    password(USERS.monitoring),
    password(USERS.replication),
    password(USERS.admin),
    {
      path: "/usr/local/lib/ape/redis-start",
      mode: "0755",
      content: args.mode === "cluster" ? clusterStartScript() : startScript(self, members),
    },
    { path: "/usr/local/lib/ape/redis-stop", mode: "0755", content: stopScript(self, members, args.mode) },
    {
      path: "/usr/local/sbin/ape-redis-restore",
      mode: "0755",
      content: restoreScript(args.backup.bucket, self, sameData(args.mode, self, members), args.mode),
    },
    {
      path: `/etc/systemd/system/${SERVER_UNIT}.d/60-redis.conf`,
      content: `[Service]
# Debian allows nothing but redis-server itself to be executed.
ExecPaths=/usr/bin /usr/local/lib/ape
ExecStartPre=/usr/local/lib/ape/redis-start
ExecStart=
ExecStart=/usr/bin/redis-server ${STATE} --supervised systemd --daemonize no
ExecStop=/usr/local/lib/ape/redis-stop $MAINPID
# Debian would wait for ever.
TimeoutStopSec=${STOP_SECONDS}
LimitNOFILE=65536
`,
      restarts: SERVER_UNIT,
    },
  ];
}

function sentinelFiles(self: Placed, members: readonly Placed[]): NodeFile[] {
  return [
    password(USERS.sentinel, SENTINEL_PASSWORD),
    {
      path: "/etc/redis/sentinel-users.acl",
      content: sentinelUsers(),
      owner: "root:redis",
      mode: "0640",
      restarts: SENTINEL_UNIT,
    },
    {
      path: `${DATA}/sentinel.conf`,
      content: sentinelConfiguration(self, members[0]!, QUORUM),
      owner: "redis",
      mode: "0640",
      seed: true, // Sentinel keeps its memory here: a file written anew would make it forget who the master is
    },
    {
      path: `/etc/systemd/system/${SENTINEL_UNIT}.d/60-sentinel.conf`,
      content: `[Service]
ExecStart=
ExecStart=/usr/bin/redis-sentinel ${DATA}/sentinel.conf --supervised systemd --daemonize no
ReadWritePaths=-${DATA}
`,
      restarts: SENTINEL_UNIT,
    },
  ];
}

function password(user: string, mark = secretMark(SERVER_SECRET, user)): NodeFile {
  return { path: `/etc/redis/${user}.password`, content: mark, owner: "root:redis", mode: "0640" };
}
