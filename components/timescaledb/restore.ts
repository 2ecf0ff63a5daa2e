import { join } from "node:path";
import type { NodeFile } from "../model/role";
import { FUNCTIONS, renderScript, type ScriptPart } from "../node/script";
import { PATRONI, SCOPE } from "./patroni";
import { BACKUP_LOCK } from "./schedule";
import { BIN_DIRECTORY, DATA_DIRECTORY, POSTGRESQL_UNIT, SOCKET_DIRECTORY } from "./topology";

/** Restores the database to a point in time. Run by an operator. */
export const RESTORE_SCRIPT = "/usr/local/sbin/ape-timescaledb-restore";

/** The command that restores an existing database in place. */
export function restoreFile(patroni: boolean): NodeFile {
  const { functions, variables } = patroni ? UNDER_PATRONI : SINGLE;
  const content = renderScript(join(__dirname, "scripts/restore.sh"), { SOCKET_DIRECTORY, BACKUP_LOCK, ...variables }, [
    FUNCTIONS.stopWith,
    ...functions,
  ]);
  return { path: RESTORE_SCRIPT, content, mode: "0755" };
}

/** Both define `stop_server`, `start_server` and `resume_operation`. */
const SINGLE: ScriptPart = {
  functions: [join(__dirname, "scripts/restore-single.sh")],
  variables: { POSTGRESQL_UNIT },
};
const UNDER_PATRONI: ScriptPart = {
  functions: [...PATRONI.functions, join(__dirname, "scripts/restore-patroni.sh")],
  variables: { ...PATRONI.variables, SCOPE, BIN_DIRECTORY, DATA_DIRECTORY },
};
