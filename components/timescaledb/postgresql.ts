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

/** A group of settings with the reasons behind them. */
interface Group {
  readonly why: string;
  readonly settings: Readonly<Record<string, string | number>>;
}

/** Debian's configuration directory of the cluster that systemd runs. */
export const CONFIG_DIRECTORY = `/etc/postgresql/${MAJOR}/main`;

/** Fetches a WAL segment from the backups. Identical on every data node, since each may have to recover. */
export const RESTORE_COMMAND = 'pgbackrest --stanza=main archive-get %f "%p"';

/**
 * Settings that require a restart (`pg_settings.context` is postmaster). A single server has them in a separate file and
 * restarts only when it changes. Patroni detects them.
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

/** The complete postgresql.conf of a server that systemd runs: the settings that require a restart. */
export function postgresqlConf(size: ServerSize): string {
  const place: Group = {
    why: "Paths and addresses. pg_hba.conf and the firewall restrict clients, not the listen address.",
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
  const restarting = [place, ...groups(size)].map((group) => only(group, (name) => NEEDS_RESTART.includes(name)));
  return [
    "# Changing these settings requires a restart.\n",
    ...restarting.flatMap(render),
    "include = 'reloadable.conf'\n",
  ].join("\n");
}

/** The settings that take effect on reload. */
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

/** All settings except paths and addresses. */
export function parameters(size: ServerSize): Readonly<Record<string, string | number>> {
  return Object.assign({}, ...groups(size).map(({ settings }) => settings)) as Record<string, string | number>;
}

function groups(size: ServerSize): Group[] {
  return [
    connections(size),
    ENCRYPTION,
    memory(size),
    processes(size),
    writeAheadLog(size),
    ARCHIVE,
    replication(size),
    PLANNER,
    vacuum(size),
    extensions(size),
    LOG,
  ];
}

function connections(size: ServerSize): Group {
  return {
    why: "Connections. A standby with a lower limit than its primary does not start, so both are rendered from one source.",
    settings: {
      max_connections: maxConnections(size),
      superuser_reserved_connections: 3,
      password_encryption: "scram-sha-256",
      tcp_keepalives_idle: 60,
      tcp_keepalives_interval: 10,
      tcp_keepalives_count: 6,
      idle_in_transaction_session_timeout: "10min",
    },
  };
}

const ENCRYPTION: Group = {
  why: "TLS with the node's certificate.",
  settings: {
    ssl: "on",
    ssl_ca_file: TLS.ca,
    ssl_cert_file: TLS.certificate,
    ssl_key_file: TLS.key,
    ssl_min_protocol_version: "TLSv1.2",
  },
};

function memory(size: ServerSize): Group {
  return {
    why: [
      `Memory: ${size.memGiB} GiB. The budget allows one sort or hash per connection, so a hash may use no more than a sort.`,
      "Huge pages are off: they are not charged to the memory limit of the server's slice.",
    ].join("\n"),
    settings: {
      shared_buffers: quantity(sharedBuffers(size)),
      effective_cache_size: quantity(effectiveCacheSize(size)),
      work_mem: quantity(workMem(size)),
      hash_mem_multiplier: 1,
      maintenance_work_mem: quantity(maintenanceWorkMem(size)),
      autovacuum_work_mem: quantity(autovacuumWorkMem(size)),
      huge_pages: "off",
    },
  };
}

function processes(size: ServerSize): Group {
  return {
    why: `Processes: ${size.cpus} CPUs.`,
    settings: {
      max_worker_processes: maxWorkerProcesses(size),
      max_parallel_workers: size.cpus,
      max_parallel_workers_per_gather: parallelWorkersPerGather(size),
      max_parallel_maintenance_workers: parallelWorkersPerGather(size),
      max_locks_per_transaction: maxLocksPerTransaction(size),
      max_prepared_transactions: 0,
    },
  };
}

function writeAheadLog(size: ServerSize): Group {
  return {
    why: "Write-ahead log. wal_log_hints allows a former primary to be rewound instead of re-created.",
    settings: {
      wal_level: "replica",
      wal_log_hints: "on",
      wal_compression: "lz4",
      wal_buffers: quantity(walBuffers(size)),
      min_wal_size: quantity(minWalSize(size)),
      max_wal_size: quantity(maxWalSize(size)),
      checkpoint_timeout: "15min",
      checkpoint_completion_target: 0.9,
    },
  };
}

const ARCHIVE: Group = {
  why: "Archive: a segment is archived after at most a minute. This is the recovery point objective.",
  settings: {
    archive_mode: "on",
    archive_command: "pgbackrest --stanza=main archive-push %p",
    archive_timeout: "60s",
  },
};

function replication(size: ServerSize): Group {
  return {
    why: "Replication. A standby that is down must not fill the primary's disk.",
    settings: {
      max_wal_senders: 10,
      max_replication_slots: 10,
      max_slot_wal_keep_size: quantity(maxSlotWalKeepSize(size)),
      hot_standby: "on",
      hot_standby_feedback: "on",
      max_standby_streaming_delay: "30s",
      wal_sender_timeout: "30s",
      wal_receiver_timeout: "30s",
      wal_receiver_status_interval: "1s",
      // After the primary restarted, commits wait until its synchronous standby is back (default: 5 s).
      wal_retrieve_retry_interval: "1s",
    },
  };
}

const PLANNER: Group = {
  why: "Planner, for solid-state disks.",
  settings: {
    random_page_cost: 1.1,
    effective_io_concurrency: 256,
    default_statistics_target: 100,
    default_toast_compression: "lz4",
    jit: "off",
  },
};

function vacuum(size: ServerSize): Group {
  return {
    why: "Vacuum early and in small steps: there are many chunks, and most are small.",
    settings: {
      autovacuum_max_workers: autovacuumWorkers(size),
      autovacuum_naptime: "10s",
      autovacuum_vacuum_scale_factor: 0.05,
      autovacuum_analyze_scale_factor: 0.02,
    },
  };
}

function extensions(size: ServerSize): Group {
  return {
    why: "Extensions.",
    settings: {
      shared_preload_libraries: "timescaledb,pg_stat_statements",
      "timescaledb.max_background_workers": backgroundWorkers(size),
      "timescaledb.telemetry_level": "off",
    },
  };
}

const LOG: Group = {
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
};

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

/** Formats a size, in KiB, in the largest unit that represents it exactly. */
function quantity(kib: number): string {
  if (kib % GIB === 0) {
    return `${kib / GIB}GB`;
  }
  return kib % MIB === 0 ? `${kib / MIB}MB` : `${kib}kB`;
}
