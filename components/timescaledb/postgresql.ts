import { TLS } from "../model/tls";
import {
  autovacuumWorkers,
  autovacuumWorkMem,
  backgroundWorkers,
  effectiveCacheSize,
  GIB,
  maintenanceWorkMem,
  maxConnections,
  maxLocksPerTransaction,
  maxSlotWalKeepSize,
  maxWalSize,
  maxWorkerProcesses,
  MIB,
  minWalSize,
  parallelWorkersPerGather,
  sharedBuffers,
  walBuffers,
  workMem,
  type ServerSize,
} from "./sizing";
import { DATA_DIRECTORY, MAJOR, PORTS, SOCKET_DIRECTORY } from "./topology";

/** A group of settings with the reason for what is not obvious in it. */
interface Group {
  readonly why: string;
  readonly settings: Readonly<Record<string, string | number>>;
}

/** Where Debian keeps the configuration of the cluster that systemd runs. */
export const CONFIG_DIRECTORY = `/etc/postgresql/${MAJOR}/main`;

/** Fetches a segment of WAL from the backups; the same on every data node, since each may have to recover. */
export const RESTORE_COMMAND = 'pgbackrest --stanza=main archive-get %f "%p"';

/**
 * Settings that take a restart (`pg_settings.context` is postmaster). A single server keeps them in a file of their own:
 * only when that changes is it restarted. Patroni knows them by itself.
 */
export const NEEDS_RESTART: readonly string[] = [
  "archive_mode",
  "autovacuum_max_workers",
  "data_directory",
  "external_pid_file",
  "hba_file",
  "hot_standby",
  "huge_pages",
  "ident_file",
  "listen_addresses",
  "max_connections",
  "max_locks_per_transaction",
  "max_prepared_transactions",
  "max_replication_slots",
  "max_wal_senders",
  "max_worker_processes",
  "port",
  "shared_buffers",
  "shared_preload_libraries",
  "superuser_reserved_connections",
  "timescaledb.max_background_workers",
  "unix_socket_directories",
  "wal_buffers",
  "wal_level",
  "wal_log_hints",
];

/** The whole of postgresql.conf for a server that systemd runs: what takes a restart. */
export function postgresqlConf(size: ServerSize): string {
  const place: Group = {
    why: "Where things are. Who may connect is decided by pg_hba.conf and by the firewall, not by the listening address.",
    settings: {
      data_directory: DATA_DIRECTORY,
      hba_file: `${CONFIG_DIRECTORY}/pg_hba.conf`,
      ident_file: `${CONFIG_DIRECTORY}/pg_ident.conf`,
      external_pid_file: `/var/run/postgresql/${MAJOR}-main.pid`,
      unix_socket_directories: SOCKET_DIRECTORY,
      listen_addresses: "*",
      port: PORTS.postgresql,
    },
  };
  const taking = [place, ...groups(size)].map((group) => only(group, (name) => NEEDS_RESTART.includes(name)));
  return ["# A change of these takes a restart.\n", ...taking.flatMap(render), "include = 'reloadable.conf'\n"].join(
    "\n",
  );
}

/** The settings that take effect when the server reads them anew. */
export function reloadableConf(size: ServerSize): string {
  const recovery: Group = {
    why: "Recovery fetches WAL from the backups.",
    settings: { restore_command: RESTORE_COMMAND },
  };
  const rest = [recovery, ...groups(size)].map((group) => only(group, (name) => !NEEDS_RESTART.includes(name)));
  return rest.flatMap(render).join("\n");
}

function only({ why, settings }: Group, wanted: (name: string) => boolean): Group {
  return { why, settings: Object.fromEntries(Object.entries(settings).filter(([name]) => wanted(name))) };
}

/** All settings but those of place: the same for every data node, so that each may take the other's part. */
export function parameters(size: ServerSize): Readonly<Record<string, string | number>> {
  return Object.assign({}, ...groups(size).map(({ settings }) => settings)) as Record<string, string | number>;
}

function groups(size: ServerSize): Group[] {
  return [
    {
      why: "Connections. A standby that allows fewer than its primary does not start: both are rendered from one source.",
      settings: {
        max_connections: maxConnections(size),
        superuser_reserved_connections: 3,
        password_encryption: "scram-sha-256",
        tcp_keepalives_idle: 60,
        tcp_keepalives_interval: 10,
        tcp_keepalives_count: 6,
        idle_in_transaction_session_timeout: "10min",
      },
    },
    {
      why: "TLS with the node's own certificate.",
      settings: {
        ssl: "on",
        ssl_ca_file: TLS.ca,
        ssl_cert_file: TLS.certificate,
        ssl_key_file: TLS.key,
        ssl_min_protocol_version: "TLSv1.2",
      },
    },
    {
      why: [
        `Memory: ${size.memGiB} GiB. One sort or hash at a time is counted for each connection, so a hash gets no more than a`,
        "sort. Huge pages would be taken from outside the memory that the server's slice is held to.",
      ].join("\n"),
      settings: {
        shared_buffers: memory(sharedBuffers(size)),
        effective_cache_size: memory(effectiveCacheSize(size)),
        work_mem: memory(workMem(size)),
        hash_mem_multiplier: 1,
        maintenance_work_mem: memory(maintenanceWorkMem(size)),
        autovacuum_work_mem: memory(autovacuumWorkMem(size)),
        huge_pages: "off",
      },
    },
    {
      why: `Processes: ${size.cpus} CPUs.`,
      settings: {
        max_worker_processes: maxWorkerProcesses(size),
        max_parallel_workers: size.cpus,
        max_parallel_workers_per_gather: parallelWorkersPerGather(size),
        max_parallel_maintenance_workers: parallelWorkersPerGather(size),
        max_locks_per_transaction: maxLocksPerTransaction(size),
        max_prepared_transactions: 0,
      },
    },
    {
      why: "Write-ahead log. wal_log_hints lets a former primary be rewound instead of rebuilt.",
      settings: {
        wal_level: "replica",
        wal_log_hints: "on",
        wal_compression: "lz4",
        wal_buffers: memory(walBuffers(size)),
        min_wal_size: memory(minWalSize(size)),
        max_wal_size: memory(maxWalSize(size)),
        checkpoint_timeout: "15min",
        checkpoint_completion_target: 0.9,
      },
    },
    {
      why: "Archive: a segment leaves for the backups after a minute at the latest. This is the recovery point objective.",
      settings: {
        archive_mode: "on",
        archive_command: "pgbackrest --stanza=main archive-push %p",
        archive_timeout: "60s",
      },
    },
    {
      why: "Replication. A standby that stays away must not fill the primary's disk.",
      settings: {
        max_wal_senders: 10,
        max_replication_slots: 10,
        max_slot_wal_keep_size: memory(maxSlotWalKeepSize(size)),
        hot_standby: "on",
        hot_standby_feedback: "on",
        max_standby_streaming_delay: "30s",
        wal_sender_timeout: "30s",
        wal_receiver_timeout: "30s",
        wal_receiver_status_interval: "1s",
      },
    },
    {
      why: "Planner, for solid-state disks.",
      settings: {
        random_page_cost: 1.1,
        effective_io_concurrency: 256,
        default_statistics_target: 100,
        default_toast_compression: "lz4",
        jit: "off",
      },
    },
    {
      why: "Vacuum early and in small steps: chunks are many, and most of them small.",
      settings: {
        autovacuum_max_workers: autovacuumWorkers(size),
        autovacuum_naptime: "10s",
        autovacuum_vacuum_scale_factor: 0.05,
        autovacuum_analyze_scale_factor: 0.02,
      },
    },
    {
      why: "Extensions.",
      settings: {
        shared_preload_libraries: "timescaledb,pg_stat_statements",
        "timescaledb.max_background_workers": backgroundWorkers(size),
        "timescaledb.telemetry_level": "off",
      },
    },
    {
      why: "Log: to the journal, without the statements' values.",
      settings: {
        log_destination: "syslog",
        log_lock_waits: "on",
        log_parameter_max_length: 0,
        log_parameter_max_length_on_error: 0,
        track_io_timing: "on",
        timezone: "UTC",
        log_timezone: "UTC",
      },
    },
  ];
}

function render({ why, settings }: Group): string[] {
  if (Object.keys(settings).length === 0) {
    return [];
  }
  const comment = why.split("\n").map((line) => `# ${line}\n`);
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quoted(value)}\n`);
  return [[...comment, ...lines].join("")];
}

function quoted(value: string | number): string {
  return typeof value === "number" ? String(value) : `'${value.replace(/'/g, "''")}'`;
}

/** A size in the largest unit that holds it exactly. */
function memory(kib: number): string {
  if (kib % GIB === 0) {
    return `${kib / GIB}GB`;
  }
  return kib % MIB === 0 ? `${kib / MIB}MB` : `${kib}kB`;
}
