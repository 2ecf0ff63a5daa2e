import { DoesNotFitError } from "../node/placement";
import { dnsName, type Listen, type NodeFile, type Placed, type Provision, type Role } from "../node/role";
import { CREATE_SCRIPT, databaseFiles, DATABASE_UNIT, memberHealth, primaryHealth } from "./database";
import { ETCD_DROP_IN, ETCD_HEALTH, etcdEnvironment } from "./etcd";
import { hbaConf } from "./hba";
import {
  APPLY_DYNAMIC_CONFIG,
  DYNAMIC_CONFIG,
  dynamicConfig,
  PATRONI_CONFIG,
  PATRONI_DROP_IN,
  patroniConfig,
  restartPending,
} from "./patroni";
import { BACKUP_PREFIX, pgBackRestConf } from "./pgbackrest";
import { CONFIG_DIRECTORY, postgresqlConf } from "./postgresql";
import { BACKUP_TIMERS, backupFiles } from "./schedule";
import { API_SECRET, SERVER_SECRET } from "./secrets";
import { GIB, MIB, peakMemory, type ServerSize } from "./sizing";
import {
  dataNodes,
  FOUNDER,
  etcdHosts,
  MAJOR,
  members,
  MOUNT,
  PORTS,
  POSTGRESQL_UNIT,
  voters,
  type MemberPlan,
} from "./topology";

/** What the service is made of. Plain values. */
export interface TimescaleDbArgs {
  /** Decides how pgBackRest reaches its bucket. */
  readonly cloud: "aws" | "gcp";
  /** The bucket's region. */
  readonly region: string;
  /** Memory of each data node's server and page cache, GiB. From the tier. */
  readonly memGiB: number;
  /** CPUs of each data node. From the tier. */
  readonly cpus: number;
  /** Size of each data disk, GiB. It can grow, never shrink. */
  readonly diskGiB: number;
  /** Instance type of the data nodes; without it the cheapest that fits. */
  readonly instanceType?: string;
  /** Two data nodes and a witness in three zones instead of one node. */
  readonly highlyAvailable: boolean;
  readonly backup: {
    /** Whole name of the bucket with purpose "backups". */
    readonly bucket: string;
    /** Days that a backup can be restored. */
    readonly retentionDays: number;
  };
  /** Networks that the application's connections come from, CIDR: the API's subnets, and the data subnets when packed. */
  readonly clientCidrs: readonly string[];
  /** Name of the database. Default "ape". Changing it makes another, empty one. */
  readonly database?: string;
}

/** The database's name unless the args say otherwise. */
export const DEFAULT_DATABASE = "ape";

/** etcd alone. Ours: it holds a few keys, in some 40 MiB. */
const WITNESS_NEEDS = { vcpu: 0.25, memGiB: 0.25 } as const;

/** The smallest disk that both clouds sell (GCP: 10 GiB). */
const WITNESS_DISK = { sizeGiB: 10, mount: "/var/lib/etcd", owner: "etcd" } as const;

/** etcd's state on a data node: on the data disk, so that a replaced machine is still the member it was. */
const DATA_NODE_ETCD = `${MOUNT}/etcd`;
const WITNESS_ETCD = `${WITNESS_DISK.mount}/default`;

/** The roles of the service: one data node, or two and a witness. Pure. Throws when the memory can't hold the server. */
export function planTimescaleDb(args: TimescaleDbArgs): Role[] {
  const peak = peakMemory(sizeOf(args), args.highlyAvailable);
  if (peak > args.memGiB * GIB) {
    throw new DoesNotFitError(
      `overrides.timescaledb: ${args.memGiB} GiB with ${args.cpus} CPUs is too little for PostgreSQL${args.highlyAvailable ? ", Patroni and etcd" : ""}: ${Math.ceil(peak / MIB)} MiB at their peak`,
    );
  }
  return members(args.highlyAvailable).map((member) =>
    member.kind === "witness" ? witness(member) : dataNode(member, args),
  );
}

function dataNode({ name, zone }: MemberPlan, args: TimescaleDbArgs): Role {
  return {
    service: "timescaledb",
    name,
    zone,
    needs: { vcpu: args.cpus, memGiB: args.memGiB },
    instanceType: args.instanceType,
    disk: { sizeGiB: args.diskGiB, mount: MOUNT, owner: "postgres" },
    listens: args.highlyAvailable ? [SQL_AND_REPLICATION, PATRONI, ...ETCD] : [SQL],
    secrets: [SERVER_SECRET, API_SECRET],
    grants: [{ bucket: "backups", prefix: BACKUP_PREFIX, access: "write" }],
    provision: (self, all) => (args.highlyAvailable ? replicated(self, all, args) : single(args)),
  };
}

function witness({ name, zone }: MemberPlan): Role {
  return {
    service: "timescaledb",
    name,
    zone,
    needs: WITNESS_NEEDS,
    disk: WITNESS_DISK,
    listens: ETCD,
    secrets: [],
    grants: [],
    provision: (self, all) => ({
      packages: ["etcd-server", "etcd-client"],
      files: etcdFiles(self, all, WITNESS_ETCD),
      units: ["etcd.service"],
      tlsUsers: ["etcd"],
      health: ETCD_HEALTH,
    }),
  };
}

const SQL: Listen = { port: PORTS.postgresql, from: ["api"], protocol: "PostgreSQL" };
const SQL_AND_REPLICATION: Listen = { ...SQL, from: ["api", "timescaledb"], protocol: "PostgreSQL and replication" };
const PATRONI: Listen = { port: PORTS.patroni, from: ["api", "timescaledb"], protocol: "Patroni REST" };
const ETCD: readonly Listen[] = [
  { port: PORTS.etcdClient, from: ["timescaledb"], protocol: "etcd client" },
  { port: PORTS.etcdPeer, from: ["timescaledb"], protocol: "etcd peer" },
];

/** One server, run by systemd. */
function single(args: TimescaleDbArgs): Provision {
  const database = args.database ?? DEFAULT_DATABASE;
  const configuration = (name: string, content: string, action: Partial<NodeFile>): NodeFile => ({
    path: `${CONFIG_DIRECTORY}/${name}`,
    content,
    owner: "postgres",
    mode: "0640",
    ...action,
  });
  return {
    packages: SERVER_PACKAGES,
    files: [
      ...serverFiles(args),
      configuration("postgresql.conf", postgresqlConf(sizeOf(args)), { restarts: POSTGRESQL_UNIT }),
      configuration("pg_hba.conf", hbaConf({ clientCidrs: args.clientCidrs, database, peers: [] }), {
        reloads: POSTGRESQL_UNIT,
      }),
      configuration("pg_ident.conf", "# No system user logs in under another name.\n", { reloads: POSTGRESQL_UNIT }),
      ...databaseFiles({ database, server: POSTGRESQL_UNIT, primary: [], standby: [] }),
    ],
    prepare: [`systemctl unmask --quiet ${POSTGRESQL_UNIT}`, `runuser -u postgres -- ${CREATE_SCRIPT}`],
    units: [POSTGRESQL_UNIT, DATABASE_UNIT, ...BACKUP_TIMERS],
    masks: ["patroni.service", "etcd.service", "pgbackrest.service"],
    tlsUsers: ["postgres"],
    sysctl: KERNEL,
    health: primaryHealth(database),
  };
}

/** One of two servers, run by Patroni. */
function replicated(self: Placed, all: readonly Placed[], args: TimescaleDbArgs): Provision {
  const database = args.database ?? DEFAULT_DATABASE;
  const size = sizeOf(args);
  const config = patroniConfig({
    name: self.role.name,
    founder: self.role.name === FOUNDER,
    etcd: etcdHosts(all),
    size,
    clientCidrs: args.clientCidrs,
    database,
    peers: dataNodes(all),
  });
  return {
    packages: [...SERVER_PACKAGES, "patroni", "python3-etcd", "etcd-server", "etcd-client"],
    files: [
      ...serverFiles(args),
      ...etcdFiles(self, all, DATA_NODE_ETCD),
      { path: PATRONI_CONFIG, content: config, owner: "postgres", mode: "0600", reloads: "patroni.service" },
      { path: DYNAMIC_CONFIG, content: dynamicConfig(size), restarts: DATABASE_UNIT },
      { path: "/etc/systemd/system/patroni.service.d/40-ape.conf", content: PATRONI_DROP_IN },
      ...databaseFiles({
        database,
        server: "patroni.service",
        primary: [APPLY_DYNAMIC_CONFIG],
        standby: [APPLY_DYNAMIC_CONFIG, ...restartPending(self.role.name)],
      }),
    ],
    prepare: [
      "systemctl unmask --quiet patroni.service etcd.service",
      // Its parent belongs to postgres, and so does all in it when the users of a new system image are numbered differently.
      `install -d -m 0700 ${DATA_NODE_ETCD} && chown -R etcd:etcd ${DATA_NODE_ETCD}`,
    ],
    units: ["etcd.service", "patroni.service", DATABASE_UNIT, ...BACKUP_TIMERS],
    // A server that systemd started would be a second one on the same data.
    masks: [POSTGRESQL_UNIT, "pgbackrest.service"],
    tlsUsers: ["postgres", "etcd"],
    sysctl: KERNEL,
    health: memberHealth(`https://${dnsName(self.role.name)}:${PORTS.patroni}`),
  };
}

const SERVER_PACKAGES: readonly string[] = [
  `postgresql-${MAJOR}`,
  `postgresql-client-${MAJOR}`,
  `postgresql-${MAJOR}-timescaledb`,
  "pgbackrest",
];

/**
 * Writes go to the disk early and steadily, so that a checkpoint is no stall. `vm.overcommit_memory` is left alone: a
 * strict one would be right for PostgreSQL and fatal to Redis and to a JVM on the same node.
 */
const KERNEL = { "vm.dirty_background_bytes": 64 * 1024 ** 2, "vm.dirty_bytes": 512 * 1024 ** 2 } as const;

function sizeOf({ memGiB, cpus, diskGiB }: TimescaleDbArgs): ServerSize {
  return { memGiB, cpus, diskGiB };
}

function serverFiles(args: TimescaleDbArgs): NodeFile[] {
  return [
    {
      path: "/etc/postgresql-common/createcluster.conf",
      content: "# The cluster is made on the data disk, once that is mounted.\ncreate_main_cluster = false\n",
      early: true,
    },
    { path: "/etc/pgbackrest.conf", content: pgBackRestConf(args), owner: "postgres", mode: "0600" },
    ...backupFiles(),
  ];
}

/** etcd keeps its state in a directory of the role's data disk. */
function etcdFiles(self: Placed, all: readonly Placed[], directory: string): NodeFile[] {
  return [
    {
      path: "/etc/default/etcd",
      content: etcdEnvironment({ name: self.role.name, voters: voters(all), directory }),
      restarts: "etcd.service",
    },
    { path: "/etc/systemd/system/etcd.service.d/40-ape.conf", content: ETCD_DROP_IN, restarts: "etcd.service" },
  ];
}
