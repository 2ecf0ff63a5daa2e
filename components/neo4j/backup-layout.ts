import { join } from "node:path";
import type { Cloud } from "../model/cloud";
import type { ScriptPart } from "../node/script";
import { HOME } from "./configuration";

/** Prefix of Neo4j's backups in the backup bucket. */
export const BACKUP_PREFIX = "neo4j/";

/** Takes a backup now. */
export const BACKUP_SCRIPT = "/usr/local/sbin/ape-neo4j-backup";
/** Replaces the graph with a backup. */
export const RESTORE_SCRIPT = "/usr/local/sbin/ape-neo4j-restore";

/** Working directory of backups and restores: on the data disk, which has space for one more copy of the graph. */
export const WORK = `${HOME}/backup`;

/** The function `lock_backups`. */
export const LOCK: ScriptPart = {
  functions: [join(__dirname, "scripts/lock.sh")],
  variables: { HOME_DIRECTORY: HOME },
};

/** Prefix of a member's dumps. */
export function dumpPrefix(role: string): string {
  return `${BACKUP_PREFIX}${role}/`;
}

/** Prefix of the artefacts of Enterprise Edition's backups. */
export const ONLINE_PREFIX = `${BACKUP_PREFIX}online/`;

const SCHEMES: Readonly<Record<Cloud, string>> = { aws: "s3", gcp: "gs" };

/** URI at which neo4j-admin reads and writes artefacts. */
export function artefactUri(cloud: Cloud, bucket: string): string {
  return `${SCHEMES[cloud]}://${bucket}/${ONLINE_PREFIX}`;
}
