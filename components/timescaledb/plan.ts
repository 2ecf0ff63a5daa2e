import { METRICS_DIRECTORY } from "../node/metrics";
import { DoesNotFitError } from "../node/placement";
import { type Listen, type NodeFile, type Placed, type Provision, type Role } from "../model/role";
import { DEFAULT_DATABASE, type TimescaleDbArgs } from "./args";
import { CREATE_SCRIPT, createFile } from "./create";
import { databaseFiles, DATABASE_UNIT, memberHealth, primaryHealth, SINGLE_CONFIGURATION } from "./database";
import { ETCD_HEALTH, etcdFiles } from "./etcd";
import { hbaConf } from "./hba";
import {
  DYNAMIC_CONFIG,
  dynamicConfig,
  PATRONI_CONFIG,
  PATRONI_URL,
  patroniConfig,
  patroniConfiguration,
} from "./patroni";
import { LEAVE, leaveFile, PATRONI_DROP_IN, peersFile, takeOverFile } from "./pairing";
import { DATA_MEMBERSHIP, memberFile, WITNESS_MEMBERSHIP, witnessFile } from "./membership";
import { BACKUP_PREFIX, pgBackRestConf } from "./pgbackrest";
import { CONFIG_DIRECTORY, postgresqlConf, reloadableConf } from "./postgresql";
import { restoreFile } from "./restore";
import { BACKUP_TIMERS, backupFiles } from "./schedule";
import { editionPackages, editionSources } from "./edition";
import { operationFiles } from "./operations";
import { POOL_UNIT, poolFiles } from "./pooling";
import { SCHEMA_PACKAGES, schemaFiles } from "./schema";
import { API_SECRET, READ_ONLY_SECRET, SERVER_SECRET } from "./secrets";
import { GIB, MIB, peakMemory, type ServerSize } from "./sizing";
import { verifyFiles, VERIFY_TIMERS } from "./verify";
import {
  DATA_NODE_ETCD,
  dataNodes,
  isFounder,
  etcdHosts,
  MAJOR,
  members,
  MOUNT,
  PORTS,
  POSTGRESQL_UNIT,
  shardName,
  shardOf,
  voters,
  type MemberPlan,
} from "./topology";

/** Needs of a node with etcd only. Ours: it holds a few keys and uses about 40 MiB. */
const WITNESS_NEEDS = { vcpu: 0.25, memGiB: 0.25 } as const;

/** The smallest disk size of both clouds (GCP: 10 GiB). */
const WITNESS_DISK = { sizeGiB: 10, mount: "/var/lib/etcd", owner: "etcd" } as const;

const WITNESS_ETCD = `${WITNESS_DISK.mount}/default`;

/**
 * The roles of the service: one data node, or two and a witness per shard. Pure. Throws DoesNotFitError if the server's peak
 * exceeds its memory.
 */
export function planTimescaleDb(args: TimescaleDbArgs): Role[] {
  const peak = peakMemory(sizeOf(args), args.highlyAvailable);
  if (peak > args.memGiB * GIB) {
    throw new DoesNotFitError(
      `overrides.timescaledb: ${args.memGiB} GiB with ${args.cpus} CPUs is not enough for PostgreSQL${args.highlyAvailable ? ", Patroni and etcd" : ""}: ${Math.ceil(peak / MIB)} MiB at peak`,
    );
  }
  return members(args.highlyAvailable, args.shards).map((member) =>
    member.kind === "witness" ? witness(member) : dataNode(member, args),
  );
}

function dataNode({ name, zone }: MemberPlan, args: TimescaleDbArgs): Role {
  return {
    service: "timescaledb",
    name,
    zone,
    group: shardName(name),
    needs: { vcpu: args.cpus, memGiB: args.memGiB },
    instanceType: args.instanceType,
    disk: { sizeGiB: args.diskGiB, mount: MOUNT, owner: "postgres" },
    listens: args.highlyAvailable ? [POOL, REPLICATION, PATRONI, ...ETCD] : [POOL],
    secrets: [SERVER_SECRET, API_SECRET, READ_ONLY_SECRET],
    grants: [{ bucket: "backups", prefix: BACKUP_PREFIX, access: "write" }],
    provision: (self, all) => (args.highlyAvailable ? replicated(self, all, args) : single(name, args)),
  };
}

function witness({ name, zone }: MemberPlan): Role {
  return {
    service: "timescaledb",
    name,
    zone,
    group: shardName(name),
    needs: WITNESS_NEEDS,
    disk: WITNESS_DISK,
    listens: ETCD,
    secrets: [],
    grants: [],
    provision: (self, all) => ({
      packages: ["etcd-server", "etcd-client"],
      files: [
        ...etcdFiles({ name: self.role.name, voters: voters(all, shardOf(name)), directory: WITNESS_ETCD }),
        witnessFile(),
      ],
      units: ["etcd.service"],
      tlsUsers: ["etcd"],
      health: ETCD_HEALTH,
      membership: WITNESS_MEMBERSHIP,
    }),
  };
}

const POOL: Listen = { port: PORTS.pool, from: ["api"], protocol: "PostgreSQL, pooled" };
const REPLICATION: Listen = { port: PORTS.postgresql, from: ["timescaledb"], protocol: "PostgreSQL replication" };
const PATRONI: Listen = { port: PORTS.patroni, from: ["api", "timescaledb"], protocol: "Patroni REST" };
const ETCD: readonly Listen[] = [
  { port: PORTS.etcdClient, from: ["timescaledb"], protocol: "etcd client" },
  { port: PORTS.etcdPeer, from: ["timescaledb"], protocol: "etcd peer" },
];

/** One server, run by systemd. */
function single(name: string, args: TimescaleDbArgs): Provision {
  const database = databaseOf(args);
  const configuration = (file: string, content: string, action: Partial<NodeFile>): NodeFile => ({
    path: `${CONFIG_DIRECTORY}/${file}`,
    content,
    owner: "postgres",
    mode: "0640",
    ...action,
  });
  return {
    packages: serverPackages(args),
    sources: editionSources(args.edition),
    files: [
      ...serverFiles(args, 0),
      leaveFile(name),
      configuration("postgresql.conf", postgresqlConf(sizeOf(args)), { restarts: POSTGRESQL_UNIT }),
      configuration("reloadable.conf", reloadableConf(sizeOf(args)), { reloads: POSTGRESQL_UNIT }),
      configuration("pg_hba.conf", hbaConf({ database, peers: [] }), {
        reloads: POSTGRESQL_UNIT,
      }),
      configuration("pg_ident.conf", "# No system user logs in under a different name.\n", {
        reloads: POSTGRESQL_UNIT,
      }),
      ...databaseFiles({ database, server: POSTGRESQL_UNIT, configuration: SINGLE_CONFIGURATION }),
    ],
    prepare: [METRICS, LEAVE, `systemctl unmask --quiet ${POSTGRESQL_UNIT}`, `runuser -u postgres -- ${CREATE_SCRIPT}`],
    units: [POSTGRESQL_UNIT, DATABASE_UNIT, ...BACKUP_TIMERS, ...VERIFY_TIMERS, POOL_UNIT],
    masks: ["pgbackrest.service"],
    tlsUsers: ["postgres"],
    sysctl: KERNEL,
    health: primaryHealth(database),
  };
}

/** One of two servers, run by Patroni. */
function replicated(self: Placed, all: readonly Placed[], args: TimescaleDbArgs): Provision {
  const { name } = self.role;
  const shard = shardOf(name);
  const database = databaseOf(args);
  const size = sizeOf(args);
  const config = patroniConfig({
    name,
    founder: isFounder(name),
    etcd: etcdHosts(all, shard),
    size,
    database,
    peers: dataNodes(all, shard),
  });
  return {
    packages: [...serverPackages(args), "patroni", "python3-etcd", "etcd-server", "etcd-client"],
    sources: editionSources(args.edition),
    files: [
      ...serverFiles(args, shard),
      ...etcdFiles({ name, voters: voters(all, shard), directory: DATA_NODE_ETCD }),
      {
        path: PATRONI_CONFIG,
        content: config,
        owner: "postgres",
        mode: "0600",
        reloads: "patroni.service",
        restarts: DATABASE_UNIT,
      },
      { path: DYNAMIC_CONFIG, content: dynamicConfig(size), restarts: DATABASE_UNIT },
      { path: "/etc/systemd/system/patroni.service.d/40-ape.conf", content: PATRONI_DROP_IN },
      ...operationFiles(name),
      memberFile(name),
      peersFile(shard, all),
      takeOverFile(),
      ...databaseFiles({
        database,
        server: "patroni.service",
        configuration: patroniConfiguration(name),
      }),
    ],
    prepare: [
      METRICS,
      "systemctl unmask --quiet patroni.service etcd.service",
      // postgres owns the parent directory, and all of its content if a new system image assigns different user ids.
      `install -d -m 0700 ${DATA_NODE_ETCD} && chown -R etcd:etcd ${DATA_NODE_ETCD}`,
    ],
    units: ["etcd.service", "patroni.service", DATABASE_UNIT, ...BACKUP_TIMERS, ...VERIFY_TIMERS, POOL_UNIT],
    masks: ["pgbackrest.service"],
    tlsUsers: ["postgres", "etcd"],
    sysctl: KERNEL,
    health: memberHealth(PATRONI_URL),
    membership: DATA_MEMBERSHIP,
  };
}

const METRICS = `install -d -o postgres -g postgres ${METRICS_DIRECTORY}`;

function serverPackages({ edition }: TimescaleDbArgs): string[] {
  return [
    `postgresql-${MAJOR}`,
    `postgresql-client-${MAJOR}`,
    ...editionPackages(edition),
    "pgbackrest",
    "pgbouncer",
    ...SCHEMA_PACKAGES,
  ];
}

/**
 * Writes dirty pages early and steadily, so that a checkpoint does not stall. `vm.overcommit_memory` keeps its default:
 * strict accounting would suit PostgreSQL but break Redis and a JVM on the same node.
 */
const KERNEL = {
  "vm.swappiness": 1,
  "vm.dirty_background_bytes": 64 * 1024 ** 2,
  "vm.dirty_bytes": 512 * 1024 ** 2,
} as const;

function databaseOf({ database = DEFAULT_DATABASE }: TimescaleDbArgs): string {
  return database;
}

function sizeOf({ memGiB, cpus, diskGiB }: TimescaleDbArgs): ServerSize {
  return { memGiB, cpus, diskGiB };
}

function serverFiles(args: TimescaleDbArgs, shard: number): NodeFile[] {
  return [
    {
      path: "/etc/postgresql-common/createcluster.conf",
      content: "# The cluster is created on the data disk once it is mounted.\ncreate_main_cluster = false\n",
      early: true,
    },
    { path: "/etc/pgbackrest.conf", content: pgBackRestConf({ ...args, shard }), owner: "postgres", mode: "0600" },
    createFile(args),
    restoreFile(args.highlyAvailable),
    ...backupFiles(),
    ...verifyFiles(args.highlyAvailable),
    ...poolFiles({ size: sizeOf(args), database: databaseOf(args) }),
    ...schemaFiles(databaseOf(args), args.schema ?? {}, DATABASE_UNIT),
  ];
}
