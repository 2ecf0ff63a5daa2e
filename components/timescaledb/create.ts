import { join } from "node:path";
import type { NodeFile } from "../model/role";
import { renderScript } from "../node/script";
import type { TimescaleDbArgs } from "./args";
import { SPOOL_DIRECTORY } from "./pgbackrest";
import { BIN_DIRECTORY, DATA_DIRECTORY } from "./topology";

/** Creates the data directory. The bootstrap or Patroni runs it as the system user postgres. */
export const CREATE_SCRIPT = "/usr/local/lib/ape/timescaledb-create";

/**
 * A new data directory is created under another name and then renamed, so that an incomplete one is never used. An empty
 * database is only created once the bucket is known to hold no backup: with existing ones, it could not be backed up. Page
 * checksums detect damaged disks and allow a former primary to be rewound. The collation is PostgreSQL's builtin C.UTF-8:
 * with the system's locales, an operating system upgrade could silently corrupt indexes.
 */
export function createFile({ restoreTo }: Pick<TimescaleDbArgs, "restoreTo">): NodeFile {
  const content = renderScript(join(__dirname, "scripts/create.sh"), {
    DATA_DIRECTORY,
    SPOOL_DIRECTORY,
    BIN_DIRECTORY,
    RESTORE_OPTIONS: restoreTo === undefined ? [] : targetOptions(restoreTo),
  });
  return { path: CREATE_SCRIPT, content, mode: "0755" };
}

function targetOptions(restoreTo: string): string[] {
  // PostgreSQL's format, with a time zone that pgBackRest can parse.
  const target = restoreTo.replace("T", " ").replace("Z", "+00");
  return ["--type=time", `--target=${target}`, "--target-action=promote"];
}
