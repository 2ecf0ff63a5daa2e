import { join } from "node:path";
import type { Placed } from "../model/role";
import { FUNCTIONS, renderScript, type ScriptPart } from "../node/script";
import { LOCK, WORK } from "./backup-layout";
import { SERVER } from "./console";
import { membersOf } from "./endpoints";
import { artefacts, type OnlineBackup } from "./online";
import { APPLY_SCHEMA } from "./schema";
import { VERSIONS } from "./version";

/**
 * Restores an artefact of Enterprise Edition. A single server is stopped and restored. A cluster restores while it runs, and
 * every member reads from the bucket: members do not share local files.
 */
export function restoreOnlineScript(args: OnlineBackup, all: readonly Placed[]): string {
  const parts = [LOCK, SERVER, APPLY_SCHEMA, artefacts(args), membersOf(all).length > 1 ? cluster(args) : SINGLE];
  return renderScript(
    join(__dirname, "scripts/restore-online.sh"),
    Object.assign({ WORK }, ...parts.map(({ variables }) => variables)) as ScriptPart["variables"],
    [FUNCTIONS.stopWith, ...parts.flatMap(({ functions }) => functions)],
  );
}

/** Both define `check_member` and `replace_graph`. */
const SINGLE: ScriptPart = { functions: [join(__dirname, "scripts/restore-online-single.sh")], variables: {} };

function cluster({ version }: OnlineBackup): ScriptPart {
  return {
    functions: [join(__dirname, "scripts/restore-online-cluster.sh")],
    variables: { RECREATE: VERSIONS[version].recreate },
  };
}
