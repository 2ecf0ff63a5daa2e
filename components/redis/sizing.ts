/**
 * Part of a role's memory that data may fill. The rest is for copy-on-write while a snapshot or the append-only file is
 * rewritten, for client and replication buffers and for the Sentinel beside it. Source: Redis' administration guide
 * leaves as much; 60 to 75 % is the usual range.
 */
const DATA_SHARE = 2 / 3;

/** Memory in GiB below which Redis, its buffers and Sentinel don't fit whatever the data. Ours. */
const SMALLEST_GIB = 0.25;

/** Memory of a role that holds this much data, in GiB. */
export function roleMemGiB(maxMemoryGiB: number): number {
  return Math.max(SMALLEST_GIB, maxMemoryGiB / DATA_SHARE);
}

/** Backlog from which a replica catches up after a short absence, in MiB: an eighth of the data, from 16 to 256. */
export function backlogMiB(maxMemoryGiB: number): number {
  return Math.min(256, Math.max(16, Math.round((maxMemoryGiB * 1024) / 8)));
}

/** What a replica that reads too slowly may have waiting before it is let go, in MiB: Redis' own 256, less where memory is small. */
export function replicaBufferMiB(maxMemoryGiB: number): number {
  return Math.min(256, 4 * backlogMiB(maxMemoryGiB));
}
