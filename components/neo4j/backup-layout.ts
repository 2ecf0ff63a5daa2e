import type { Cloud } from "../model/cloud";
import { HOME } from "./configuration";

/** Prefix of Neo4j's backups in the backup bucket. */
export const BACKUP_PREFIX = "neo4j/";

/** Makes a backup now. */
export const BACKUP_SCRIPT = "/usr/local/sbin/ape-neo4j-backup";
/** Puts a backup in the place of the graph. */
export const RESTORE_SCRIPT = "/usr/local/sbin/ape-neo4j-restore";

/** Where backups and restores work: on the data disk, which has room for the whole graph once more. */
export const WORK = `${HOME}/backup`;

/** Shell function: whoever makes or restores a backup keeps others from doing so; the directory itself is the lock. */
export const ALONE_FUNCTION = `alone() {
  exec 9<${HOME}
  flock --nonblock 9 || { echo "a backup or a restore is running" >&2; exit 1; }
}
`;

/** Prefix of a member's dumps. */
export function dumpPrefix(role: string): string {
  return `${BACKUP_PREFIX}${role}/`;
}

/** Prefix of the artefacts of Enterprise Edition's backups. */
export const ONLINE_PREFIX = `${BACKUP_PREFIX}online/`;

/** Where neo4j-admin itself reads and writes artefacts. */
export function artefacts(cloud: Cloud, bucket: string): string {
  return `${cloud === "aws" ? "s3" : "gs"}://${bucket}/${ONLINE_PREFIX}`;
}
