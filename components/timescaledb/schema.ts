import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeFile } from "../model/role";
import { renderScript } from "../node/script";
import { optionsSql, type SchemaOptions } from "./schema-options";
import { SOCKET_DIRECTORY } from "./topology";

const SOURCE = join(__dirname, "schema");

/** Directory of the schema's changes on a data node. */
const SCHEMA_DIRECTORY = "/usr/local/share/ape/timescaledb";

/** Deploys the changes that the primary does not have yet. */
export const DEPLOY_SCRIPT = "/usr/local/lib/ape/timescaledb-schema";

const OPTIONS_SQL = `${SCHEMA_DIRECTORY}/options.sql`;

/** Debian's packages of Sqitch, which orders the changes and records which ones a database has. */
export const SCHEMA_PACKAGES: readonly string[] = ["sqitch", "libdbd-pg-perl"];

/** The changes, in their order, and the script that deploys them. `restarts` is the unit that runs the script. */
export function schemaFiles(database: string, options: SchemaOptions, restarts: string): NodeFile[] {
  return [
    ...CHANGES.map(({ path, content }) => ({ path: `${SCHEMA_DIRECTORY}/${path}`, content, restarts })),
    { path: OPTIONS_SQL, content: optionsSql(options), restarts },
    { path: DEPLOY_SCRIPT, content: deployScript(database), mode: "0755", restarts },
  ];
}

/** A file of the Sqitch project, with its path relative to the plan. */
export interface Change {
  readonly path: string;
  readonly content: string;
}

/** The plan and all its scripts. */
export const CHANGES: readonly Change[] = ["", "deploy", "verify"].flatMap((folder) =>
  readdirSync(join(SOURCE, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(folder, name))
    .sort()
    .map((path) => ({ path, content: readFileSync(join(SOURCE, path), "utf8") })),
);

function deployScript(database: string): string {
  return renderScript(join(__dirname, "scripts/schema.sh"), {
    SOCKET_DIRECTORY,
    SCHEMA_DIRECTORY,
    OPTIONS_SQL,
    DATABASE: database,
  });
}
