/**
 * Share of a role's memory for data. The rest is for copy-on-write during snapshots and append-only file rewrites, for
 * client and replication buffers and for Sentinel. Source: Redis' administration guide; 60 to 75 % is usual.
 */
const DATA_SHARE = 2 / 3;

/** Minimum memory of a role in GiB: Redis, its buffers and Sentinel, without data. Chosen here. */
const SMALLEST_GIB = 0.25;

/** Memory of a role in GiB, from its maxmemory. */
export function roleMemGiB(maxMemoryGiB: number): number {
  return Math.max(SMALLEST_GIB, maxMemoryGiB / DATA_SHARE);
}

/** Replication backlog in MiB, from which a replica resynchronises after a short interruption: an eighth of the data, 16 to 256. */
export function backlogMiB(maxMemoryGiB: number): number {
  return Math.min(256, Math.max(16, Math.round((maxMemoryGiB * 1024) / 8)));
}

/** Output buffer in MiB at which a slow replica is disconnected: Redis' default of 256, less if memory is small. */
export function replicaBufferMiB(maxMemoryGiB: number): number {
  return Math.min(256, 4 * backlogMiB(maxMemoryGiB));
}
