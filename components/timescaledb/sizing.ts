import type { TimescaleDbArgs } from "./args";

/**
 * PostgreSQL's size-dependent settings, each derived from the memory and CPUs of its role. Sources: "tune" is
 * timescaledb-tune 0.19 (pkg/pgtune), "pgtune" is le0pard/pgtune of 2026-07; "ours" is our decision, with its reason.
 * Sizes are in KiB, the unit of PostgreSQL's settings.
 */

export type ServerSize = Pick<TimescaleDbArgs, "memGiB" | "cpus" | "diskGiB">;

export const MIB = 1024;
export const GIB = 1024 * MIB;

/** tune: a quarter. */
export function sharedBuffers({ memGiB }: ServerSize): number {
  return kib(memGiB / 4);
}

/** tune: three quarters. The planner's estimate of the data cached by PostgreSQL and the kernel together. */
export function effectiveCacheSize({ memGiB }: ServerSize): number {
  return kib((memGiB * 3) / 4);
}

/**
 * 25 per GiB, 25 to 200. Ours: each connection adds to the peak memory, and the API pools its connections. Patroni would
 * replace a value below 25 with 100.
 */
export function maxConnections({ memGiB }: ServerSize): number {
  return clamp(Math.round(25 * memGiB), 25, 200);
}

/** Connections of max_connections outside the pool: three for the superuser, the rest for monitoring, checks and operators. */
const UNPOOLED = 8;

/**
 * Server connections of the pool: for the API, for read-only users, and a reserve for each. Ours: 70 %, 10 % and 10 % of the
 * pooled connections; the reserve counts twice, since both pools can use it at once.
 */
export function poolSizes(size: ServerSize): {
  readonly api: number;
  readonly readOnly: number;
  readonly reserve: number;
} {
  const pooled = maxConnections(size) - UNPOOLED;
  const part = Math.max(1, Math.floor(pooled / 10));
  return { api: pooled - 3 * part, readOnly: part, reserve: part };
}

/** Concurrent client connections of the pool. Ours: 250 per GiB, 100 to 2000. */
export function maxClients({ memGiB }: ServerSize): number {
  return clamp(Math.round(250 * memGiB), 100, 2000);
}

/** TimescaleDB's background workers. tune: 16, from 8 CPUs on. Ours: two per CPU below that, because small nodes run few jobs. */
export function backgroundWorkers({ cpus }: ServerSize): number {
  return clamp(2 * cpus, 4, 16);
}

/** tune: TimescaleDB's workers, its launcher, two of PostgreSQL, and one per CPU. */
export function maxWorkerProcesses(size: ServerSize): number {
  return 3 + backgroundWorkers(size) + size.cpus;
}

/** tune: half of the CPUs. pgtune: at most 4, because more would let one query starve the others. */
export function parallelWorkersPerGather({ cpus }: ServerSize): number {
  return clamp(Math.round(cpus / 2), 1, 4);
}

/** pgtune, web: memory outside shared_buffers, divided by all backends with three sorts each. Ours: whole MiB, 2 to 8. */
export function workMem(size: ServerSize): number {
  const backends = maxConnections(size) + maxWorkerProcesses(size);
  const each = (kib(size.memGiB) - sharedBuffers(size)) / (backends * 3);
  return clamp(Math.floor(each / MIB), 2, 8) * MIB;
}

/** pgtune: a sixteenth, at most 8 GiB. */
export function maintenanceWorkMem({ memGiB }: ServerSize): number {
  return Math.min(kib(memGiB / 16), 8 * GIB);
}

/** Ours: two plus half of the CPUs, at most tune's 10, because hypertables have many chunks to vacuum. */
export function autovacuumWorkers({ cpus }: ServerSize): number {
  return Math.min(10, 2 + Math.floor(cpus / 2));
}

/**
 * Ours: a sixteenth for all workers together, because PostgreSQL 17 stores dead row ids in a fraction of the memory that
 * earlier versions required. If unset, each worker would use maintenance_work_mem, more than small nodes have.
 */
export function autovacuumWorkMem(size: ServerSize): number {
  return Math.floor(kib(size.memGiB / 16) / autovacuumWorkers(size) / MIB) * MIB;
}

/** tune: 16 MiB; below 2 GiB of memory, 7864 KiB per GiB. */
export function walBuffers({ memGiB }: ServerSize): number {
  return memGiB < 2 ? Math.floor(7864 * memGiB) : 16 * MIB;
}

/** Ours: twice the memory, at least 2 GiB, at most a fifth of the disk. In whole segments of 16 MiB. */
export function maxWalSize({ memGiB, diskGiB }: ServerSize): number {
  return segments(Math.min(Math.max(2, 2 * memGiB), diskGiB / 5));
}

/** tune: half of max_wal_size. Ours: at most the memory. */
export function minWalSize(size: ServerSize): number {
  return segments(Math.min(size.memGiB, maxWalSize(size) / 2 / GIB));
}

/** Ours: 30 % of the disk. A standby that lags further is re-created; without a limit its WAL would fill the primary's disk. */
export function maxSlotWalKeepSize({ diskGiB }: ServerSize): number {
  return segments((diskGiB * 3) / 10);
}

/** Ours, at least tune's: a query locks each chunk that it touches. */
export function maxLocksPerTransaction({ memGiB }: ServerSize): number {
  return memGiB < 8 ? 256 : 512;
}

/** Processes of a backup. Ours: a quarter of the CPUs, 1 to 4. */
export function backupProcesses({ cpus }: ServerSize): number {
  return clamp(Math.floor(cpus / 4), 1, 4);
}

/** Memory of a backend without its sorts, and of the server's own processes together. Measured: PostgreSQL 17.12 with TimescaleDB 2.19, 20 busy backends. */
const BACKEND = 3 * MIB;
const SERVER = 12 * MIB;
/** Lock tables, WAL buffers and other shared memory: a share of shared_buffers, plus a constant. Measured: 7 to 8 %, and 10 MiB. */
const SHARED_PART = 0.08;
const SHARED_LEAST = 10 * MIB;
/** Patroni (32 MiB) and etcd (44 MiB), rounded up. Measured. */
const PATRONI_AND_ETCD = 80 * MIB;
/** PgBouncer, and each TLS client in KiB. Measured with 1.24: 3.1 MiB idle, 8.7 MiB with 200 clients. */
const POOL = 4 * MIB;
const POOL_CLIENT = 32;
/** pgBackRest, per process. Measured: 4 MiB for the first, 13 MiB for each that compresses. */
const BACKUP = 10 * MIB;

/**
 * Peak memory, KiB: all connections and jobs sort with their full work_mem while every autovacuum worker, one index build and
 * a backup run. Page cache is not included; the kernel can reclaim it.
 */
export function peakMemory(size: ServerSize, highlyAvailable: boolean): number {
  const pageTables = sharedBuffers(size) / 512; // eight bytes per page of 4 KiB
  const backend = BACKEND + pageTables + workMem(size);
  return Math.ceil(
    sharedBuffers(size) * (1 + SHARED_PART) +
      SHARED_LEAST +
      SERVER +
      (maxConnections(size) + backgroundWorkers(size)) * backend +
      autovacuumWorkers(size) * autovacuumWorkMem(size) +
      maintenanceWorkMem(size) +
      POOL +
      maxClients(size) * POOL_CLIENT +
      (1 + backupProcesses(size)) * BACKUP +
      (highlyAvailable ? PATRONI_AND_ETCD : 0),
  );
}

function kib(gib: number): number {
  return Math.floor(gib * GIB);
}

function segments(gib: number): number {
  return Math.max(1, Math.floor((gib * 1024) / 16)) * 16 * MIB;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
