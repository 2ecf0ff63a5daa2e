import { secretMark, type Listen, type NodeFile, type Placed, type Provision, type Role } from "../node/role";
import { BACKUP_PREFIX, BACKUP_TIMER, backupFiles } from "./backup";
import { DATA, redisConfiguration, redisUsers, sentinelConfiguration, sentinelUsers } from "./configuration";
import { REDIS_PORT, SENTINEL_PORT } from "./endpoints";
import { API_SECRET, SERVER_SECRET, USERS } from "./secrets";
import { roleMemGiB } from "./sizing";
import { localCli } from "./cli";
import { restoreScript } from "./restore";
import { SENTINEL_PASSWORD, startScript, STATE } from "./start";
import { STOP_SECONDS, stopScript } from "./stop";

export interface RedisArgs {
  /** What data may fill: Redis' maxmemory, in GiB. */
  readonly maxMemoryGiB: number;
  readonly cpus: number;
  /** Size of each data disk in GiB. */
  readonly diskGiB: number;
  readonly instanceType?: string;
  /** One master, two replicas and three Sentinels in three zones instead of one server. */
  readonly highlyAvailable: boolean;
  readonly backup: { /** Whole name of the bucket. */ readonly bucket: string };
}

const MEMBERS = 3;
/** Sentinels that must agree that a master is down. */
const QUORUM = 2;

/** The roles of Redis. Pure. */
export function planRedis(args: RedisArgs): Role[] {
  return Array.from({ length: args.highlyAvailable ? MEMBERS : 1 }, (_, zone) => member(args, zone));
}

function member(args: RedisArgs, zone: number): Role {
  return {
    service: "redis",
    name: `redis-${zone + 1}`,
    zone,
    needs: { vcpu: args.cpus, memGiB: roleMemGiB(args.maxMemoryGiB) },
    ...(args.instanceType === undefined ? {} : { instanceType: args.instanceType }),
    disk: { sizeGiB: args.diskGiB, mount: DATA, owner: "redis" },
    listens: args.highlyAvailable ? REPLICATED : SINGLE,
    secrets: [SERVER_SECRET, API_SECRET],
    grants: [{ bucket: "backups", prefix: BACKUP_PREFIX, access: "write" }],
    provision: (self, all) => provision(args, self, all),
  };
}

const SINGLE: readonly Listen[] = [{ port: REDIS_PORT, from: ["api"], protocol: "Redis over TLS" }];
const REPLICATED: readonly Listen[] = [
  { port: REDIS_PORT, from: ["api", "redis"], protocol: "Redis over TLS" },
  { port: SENTINEL_PORT, from: ["api", "redis"], protocol: "Sentinel over TLS" },
];

const SERVER_UNIT = "redis-server.service";
const SENTINEL_UNIT = "redis-sentinel.service";

function provision(args: RedisArgs, self: Placed, all: readonly Placed[]): Provision {
  const members = all.filter(({ role }) => role.service === "redis");
  const replicated = args.highlyAvailable;
  return {
    packages: replicated ? ["redis-server", "redis-sentinel", "redis-tools"] : ["redis-server", "redis-tools"],
    files: [
      ...serverFiles(args, self, members),
      ...(replicated ? sentinelFiles(self, members) : []),
      ...backupFiles(args.backup.bucket, self, members),
    ],
    ...(replicated ? { prepare: [`install -d -o redis -g redis -m 0750 ${DATA}/sentinel`] } : {}),
    units: [SERVER_UNIT, ...(replicated ? [SENTINEL_UNIT] : []), BACKUP_TIMER],
    tlsUsers: ["redis"],
    // A snapshot forks: without overcommit it fails when data fill half the memory.
    sysctl: { "vm.overcommit_memory": 1, "net.core.somaxconn": 4096 },
    health: replicated
      ? `${localCli(REDIS_PORT, USERS.monitoring, "/etc/redis/monitoring.password")} info replication | grep -Eq '^(master_link_status:up|role:master)'`
      : `${localCli(REDIS_PORT, USERS.monitoring, "/etc/redis/monitoring.password")} ping | grep -q PONG`,
  };
}

function serverFiles(args: RedisArgs, self: Placed, members: readonly Placed[]): NodeFile[] {
  const own = { owner: "root:redis", mode: "0640", restarts: SERVER_UNIT };
  return [
    { path: "/etc/redis/ape.conf", content: redisConfiguration(self, args.maxMemoryGiB, members.length - 1), ...own },
    { path: "/etc/redis/users.acl", content: redisUsers(), ...own },
    password(USERS.monitoring),
    password(USERS.replication),
    password(USERS.admin),
    { path: "/usr/local/lib/ape/redis-start", mode: "0755", content: startScript(self, members) },
    { path: "/usr/local/lib/ape/redis-stop", mode: "0755", content: stopScript(self, members) },
    {
      path: "/usr/local/sbin/ape-redis-restore",
      mode: "0755",
      content: restoreScript(args.backup.bucket, self, members),
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
