import type { Listen, Placed, Provision, Role } from "../model/role";
import type { RedisArgs } from "./args";
import { BACKUP_PREFIX, BACKUP_TIMER, backupFiles } from "./backup";
import { MONITORING_CLI } from "./cli";
import { clusterFiles, JOIN_UNIT } from "./cluster";
import { JOIN_GROUP, joinGroupFile, LEAVE_GROUP, leaveGroupFiles } from "./group";
import { MEMBERSHIP, MEMBERSHIP_FILES } from "./membership";
import { BUS_PORT, REDIS_PORT, SENTINEL_PORT } from "./endpoints";
import { DATA } from "./paths";
import { API_SECRET, SERVER_SECRET } from "./secrets";
import { CREATE_FOLDER, SENTINEL_UNIT, sentinelFiles } from "./sentinel";
import { SERVER_UNIT, serverFiles } from "./server";
import { roleMemGiB } from "./sizing";
import { indexOf, memberMemoryGiB, MEMBERS, shardOf, zoneOf, type RedisMode } from "./topology";

/** The roles of Redis. Pure. */
export function planRedis(args: RedisArgs): Role[] {
  return Array.from({ length: MEMBERS[args.mode] }, (_, index) => member(args, index));
}

function member(args: RedisArgs, index: number): Role {
  return {
    service: "redis",
    name: `redis-${index + 1}`,
    zone: zoneOf(index),
    ...(args.mode === "cluster" ? { group: `redis-shard-${shardOf(index) + 1}` } : {}),
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

/** What a mode adds to a node that runs redis-server. */
interface Addition extends Pick<Provision, "packages" | "prepare" | "units"> {
  readonly files: (self: Placed, members: readonly Placed[]) => Provision["files"];
}

const ADDITIONS: Readonly<Record<RedisMode, Addition>> = {
  single: { packages: [], prepare: [LEAVE_GROUP], units: [], files: leaveGroupFiles },
  sentinel: {
    packages: ["redis-sentinel"],
    prepare: [CREATE_FOLDER, JOIN_GROUP],
    units: [SENTINEL_UNIT],
    files: (self, members) => [...sentinelFiles(self, members), joinGroupFile(self, members)],
  },
  cluster: { packages: [], units: [JOIN_UNIT], files: clusterFiles },
};

function provision(args: RedisArgs, self: Placed, all: readonly Placed[]): Provision {
  const members = all.filter(({ role }) => role.service === "redis");
  const same = sameData(args.mode, self, members);
  const { packages, prepare = [], units, files } = ADDITIONS[args.mode];
  return {
    packages: ["redis-server", ...packages, "redis-tools"],
    files: [
      ...serverFiles(args, self, members, same),
      ...files(self, members),
      ...MEMBERSHIP_FILES[args.mode](self, members),
      ...backupFiles(args.backup, self, same),
    ],
    prepare,
    units: [SERVER_UNIT, ...units, BACKUP_TIMER],
    tlsUsers: ["redis"],
    // A snapshot forks. Without overcommit the fork fails once data fills half of the memory.
    sysctl: { "vm.overcommit_memory": 1, "net.core.somaxconn": 4096 },
    health: HEALTH[args.mode],
    membership: MEMBERSHIP[args.mode],
  };
}

/** The members that hold the same data as this one, including itself: all, or those of its shard. */
function sameData(mode: RedisMode, self: Placed, members: readonly Placed[]): readonly Placed[] {
  return mode === "cluster"
    ? members.filter((_, index) => shardOf(index) === shardOf(indexOf(self, members)))
    : members;
}

const IN_SYNC = `${MONITORING_CLI} info replication | grep -Eq '^(master_link_status:up|role:master)'`;

const HEALTH: Readonly<Record<RedisMode, string>> = {
  single: `${MONITORING_CLI} ping | grep -q PONG`,
  sentinel: IN_SYNC,
  cluster: IN_SYNC,
};
