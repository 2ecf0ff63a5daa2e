import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeFile } from "../model/role";
import { optionsSql, type SchemaOptions } from "./schema-options";

const SOURCE = join(__dirname, "schema");

/** Where the schema's changes lie on a data node. */
export const SCHEMA_DIRECTORY = "/usr/local/share/ape/timescaledb";

/** What brings the schema up to date on the primary; a change that is there already is left alone. */
export const DEPLOY_SCRIPT = "/usr/local/lib/ape/timescaledb-schema";

const OPTIONS_SQL = `${SCHEMA_DIRECTORY}/options.sql`;

/** Debian's packages of Sqitch, which keeps the changes in order and knows which ones a database has. */
export const SCHEMA_PACKAGES: readonly string[] = ["sqitch", "libdbd-pg-perl"];

/** The changes, in their order, and what applies them. `restarts` is the unit that runs the script. */
export function schemaFiles(database: string, options: SchemaOptions, restarts: string): NodeFile[] {
  return [
    ...CHANGES.map(({ path, content }) => ({ path: `${SCHEMA_DIRECTORY}/${path}`, content, restarts })),
    { path: OPTIONS_SQL, content: optionsSql(options), restarts },
    { path: DEPLOY_SCRIPT, content: deployScript(database), mode: "0755", restarts },
  ];
}

/** A file of Sqitch's, with its path relative to the plan. */
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
  return `#!/bin/bash
# Brings the schema up to date, then what the licence of the installed TimescaleDB allows beyond it. Runs as postgres.
set -euo pipefail
export PGHOST=/var/run/postgresql PGUSER=postgres PGOPTIONS=--client-min-messages=warning
cd ${SCHEMA_DIRECTORY}
sqitch deploy --quiet --target "db:pg:${database}" || sqitch status --target "db:pg:${database}"
if [[ $(psql -XAtqd ${database} -c 'SHOW timescaledb.license') == timescale ]]; then
  psql -Xqd ${database} -v ON_ERROR_STOP=1 -f ${OPTIONS_SQL} >/dev/null
else
  echo "NOTICE: TimescaleDB is installed in its Apache 2 edition: no compression, retention or continuous aggregates." \\
    "timescaledbEdition: community brings them"
fi
`;
}
