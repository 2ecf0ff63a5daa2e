/**
 * PostgreSQL's size-dependent settings, each by a formula from the memory and the CPUs of its role. "tune" is
 * timescaledb-tune 0.19 (pkg/pgtune), "pgtune" is le0pard/pgtune of 2026-07; "ours" is a decision with its reason.
 * Sizes are whole KiB, PostgreSQL's own grain.
 */

export interface ServerSize {
  /** Memory that the server's slice may use, GiB. */
  readonly memGiB: number;
  readonly cpus: number;
  /** Data disk, GiB. */
  readonly diskGiB: number;
}

export const MIB = 1024;
export const GIB = 1024 * MIB;

/** tune: a quarter. */
export function sharedBuffers({ memGiB }: ServerSize): number {
  return kib(memGiB / 4);
}

/** tune: three quarters; what the planner may believe to be cached by PostgreSQL and the kernel together. */
export function effectiveCacheSize({ memGiB }: ServerSize): number {
  return kib((memGiB * 3) / 4);
}

/**
 * 25 for each GiB, 25 to 200. Ours: a connection costs memory at its peak, and the API pools its own. Patroni would
 * replace less than 25 by 100.
 */
export function maxConnections({ memGiB }: ServerSize): number {
  return clamp(Math.round(25 * memGiB), 25, 200);
}

/** Connections of max_connections that the pool leaves: the superuser's three, monitoring, checks and people's. */
const UNPOOLED = 8;

/**
 * Connections to the server that the pool holds for the API, for readers, and for either when one runs short. Ours: seven
 * tenths, a tenth and a tenth of what it may have, for the reserve counts twice.
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

/** Clients that the pool keeps connected at once. Ours: 250 for each GiB, at most 2000. */
export function maxClients({ memGiB }: ServerSize): number {
  return clamp(Math.round(250 * memGiB), 100, 2000);
}

/** TimescaleDB's jobs: tune's 16 from 8 CPUs on. Ours: fewer below, two for each CPU: small machines run few jobs. */
export function backgroundWorkers({ cpus }: ServerSize): number {
  return clamp(2 * cpus, 4, 16);
}

/** tune: TimescaleDB's jobs, its launcher and PostgreSQL's own two, and one for each CPU. */
export function maxWorkerProcesses(size: ServerSize): number {
  return 3 + backgroundWorkers(size) + size.cpus;
}

/** tune: half of the CPUs; pgtune: at most 4, for beyond that one query starves the others. */
export function parallelWorkersPerGather({ cpus }: ServerSize): number {
  return clamp(Math.round(cpus / 2), 1, 4);
}

/** pgtune, web: what shared_buffers leaves, over all backends at three sorts each. Ours: whole MiB, 2 to 8. */
export function workMem(size: ServerSize): number {
  const backends = maxConnections(size) + maxWorkerProcesses(size);
  const each = (kib(size.memGiB) - sharedBuffers(size)) / (backends * 3);
  return clamp(Math.floor(each / MIB), 2, 8) * MIB;
}

/** pgtune: a sixteenth, at most 8 GiB. */
export function maintenanceWorkMem({ memGiB }: ServerSize): number {
  return Math.min(kib(memGiB / 16), 8 * GIB);
}

/** Ours: two and half of the CPUs, at most tune's 10: hypertables have many chunks to vacuum. */
export function autovacuumWorkers({ cpus }: ServerSize): number {
  return Math.min(10, 2 + Math.floor(cpus / 2));
}

/**
 * Ours: all workers together a sixteenth: PostgreSQL 17 keeps dead rows in a fraction of what its forerunners needed.
 * Unset it would be maintenance_work_mem for each: more than small machines have.
 */
export function autovacuumWorkMem(size: ServerSize): number {
  return Math.floor(kib(size.memGiB / 16) / autovacuumWorkers(size) / MIB) * MIB;
}

/** tune: 16 MiB, below 2 GiB of memory 7864 KiB for each GiB. */
export function walBuffers({ memGiB }: ServerSize): number {
  return memGiB < 2 ? Math.floor(7864 * memGiB) : 16 * MIB;
}

/** Ours: twice the memory, at least 2 GiB, but never more than a fifth of the disk. In whole segments of 16 MiB. */
export function maxWalSize({ memGiB, diskGiB }: ServerSize): number {
  return segments(Math.min(Math.max(2, 2 * memGiB), diskGiB / 5));
}

/** tune: half of max_wal_size. Ours: no more than the memory. */
export function minWalSize(size: ServerSize): number {
  return segments(Math.min(size.memGiB, maxWalSize(size) / 2 / GIB));
}

/** Ours: three tenths of the disk. A standby that is gone for longer is rebuilt; without a limit it would fill the primary's disk. */
export function maxSlotWalKeepSize({ diskGiB }: ServerSize): number {
  return segments((diskGiB * 3) / 10);
}

/** Ours, no less than tune: a query locks each chunk it touches. */
export function maxLocksPerTransaction({ memGiB }: ServerSize): number {
  return memGiB < 8 ? 256 : 512;
}

/** Backups read and compress with this many processes: a quarter of the CPUs, 1 to 4. */
export function backupProcesses({ cpus }: ServerSize): number {
  return clamp(Math.floor(cpus / 4), 1, 4);
}

/** What a backend holds besides its sorts, and what the server's own processes hold together. Measured: PostgreSQL 17.12 with TimescaleDB 2.19, 20 busy backends. */
const BACKEND = 3 * MIB;
const SERVER = 12 * MIB;
/** Lock tables, WAL buffers and the rest of shared memory, as a part of shared_buffers. Measured: 7 to 8 %, and 10 MiB. */
const SHARED_PART = 0.08;
const SHARED_LEAST = 10 * MIB;
/** Patroni (32 MiB) and etcd (44 MiB), with room. Measured. */
const PATRONI_AND_ETCD = 80 * MIB;
/** PgBouncer, and each of its clients with TLS. Measured: 1.24, 3.1 MiB alone and 8.7 with 200 clients. */
const POOL = 4 * MIB;
const POOL_CLIENT = 32;
/** pgBackRest, each process. Measured: 4 MiB for the first, 13 for each that compresses. */
const BACKUP = 10 * MIB;

/**
 * Memory, KiB, when everything happens at once: every connection and every job sorts with all its work_mem, every
 * autovacuum worker and one index build use all of theirs, and a backup runs. Page cache comes on top, and gives way.
 */
export function peakMemory(size: ServerSize, highlyAvailable: boolean): number {
  const pageTables = sharedBuffers(size) / 512; // eight bytes for each page of 4 KiB
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
