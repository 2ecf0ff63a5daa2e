import { GIB, MIB, type ServerSize } from "../../../components/timescaledb/sizing";

/**
 * Settings of timescaledb-tune 0.19, by its formulas (pkg/pgtune: memory.go, parallel.go, wal.go, misc.go). Sizes are
 * KiB.
 */
export function tuned({ memGiB, cpus }: ServerSize): Readonly<Record<string, string>> {
  const connections = [2, 4, 6].findIndex((limit) => memGiB <= limit);
  const maxConnections = [25, 50, 75][connections] ?? 100;
  const backgroundWorkers = 16;
  const half = Math.round(cpus / 2);
  const locks = memGiB < 8 ? 128 : memGiB < 16 ? 256 : memGiB < 32 ? 512 : 1024;
  const kb = (kib: number): string => `${Math.floor(kib)}kB`;
  return {
    shared_buffers: kb((memGiB * GIB) / 4),
    effective_cache_size: kb((memGiB * GIB * 3) / 4),
    maintenance_work_mem: kb(Math.min(memGiB * 128, 2047) * MIB),
    work_mem: kb(Math.max(64, (memGiB * ((400 * MIB) / maxConnections)) / half)),
    max_connections: String(maxConnections),
    "timescaledb.max_background_workers": String(backgroundWorkers),
    max_worker_processes: String(3 + backgroundWorkers + cpus),
    max_parallel_workers: String(cpus),
    max_parallel_workers_per_gather: String(half),
    wal_buffers: memGiB < 2 ? kb(7864 * memGiB) : "16MB",
    max_wal_size: "1GB",
    min_wal_size: "512MB",
    max_locks_per_transaction: String(locks),
    checkpoint_completion_target: "0.9",
    default_statistics_target: "100",
    random_page_cost: "1.1",
    effective_io_concurrency: "256",
    autovacuum_max_workers: "10",
    autovacuum_naptime: "10",
    default_toast_compression: "lz4",
    jit: "off",
  };
}
