import { join } from "node:path";
import { METRICS_DIRECTORY } from "../node/metrics";
import { FUNCTIONS, renderScript } from "../node/script";
import type { Neo4jArgs } from "./args";
import { dumpPrefix, LOCK, WORK } from "./backup-layout";
import { SERVER } from "./console";

/** Object that lists the pieces of a backup with their checksums. Uploaded last: a backup that has one is complete. */
export const MANIFEST = "manifest";
/** All databases of a Community Edition server. */
export const DATABASES = ["neo4j", "system"] as const;

/** Metrics of the last backup. */
const METRICS = `${METRICS_DIRECTORY}/neo4j-backup.prom`;

/** The function `quiet`. */
export const QUIET = join(__dirname, "scripts/quiet.sh");

export function dumpScript({ bucket, retentionDays }: Neo4jArgs["backup"], role: string): string {
  return renderScript(
    join(__dirname, "scripts/dump.sh"),
    {
      WORK,
      DATABASES,
      MANIFEST,
      METRICS,
      BUCKET: bucket,
      PREFIX: dumpPrefix(role),
      RETENTION_DAYS: retentionDays,
      ...LOCK.variables,
      ...SERVER.variables,
    },
    [...LOCK.functions, ...SERVER.functions, QUIET, FUNCTIONS.prune],
  );
}
