import { join } from "node:path";
import { FUNCTIONS, renderScript } from "../node/script";
import { dumpPrefix, LOCK, WORK } from "./backup-layout";
import { HOME } from "./configuration";
import { SERVER } from "./console";
import { DATABASES, MANIFEST, QUIET } from "./dump";
import { APPLY_SCHEMA } from "./schema";

/**
 * Restores Community Edition's dumps. Everything is downloaded and verified before the server stops; the previous graph is
 * moved aside until the restored one serves.
 */
export function restoreDumpScript(bucket: string, role: string): string {
  const [graph, users] = DATABASES;
  return renderScript(
    join(__dirname, "scripts/restore-dump.sh"),
    {
      WORK,
      DATA: `${HOME}/data`,
      ASIDE: `${HOME}/before-restore`,
      BUCKET: bucket,
      PREFIX: dumpPrefix(role),
      MANIFEST,
      GRAPH: graph,
      USERS: users,
      ...LOCK.variables,
      ...SERVER.variables,
      ...APPLY_SCHEMA.variables,
    },
    [FUNCTIONS.stopWith, ...LOCK.functions, ...SERVER.functions, ...APPLY_SCHEMA.functions, QUIET],
  );
}
