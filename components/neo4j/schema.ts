import type { NodeFile } from "../model/role";
import { ANSWERS, ASK } from "./console";
import { CONFIG_DIRECTORY } from "./configuration";

const APPLY = "/usr/local/lib/ape/neo4j-schema";
export const SCHEMA_UNIT = "ape-neo4j-schema.service";
const DIRECTORY = `${CONFIG_DIRECTORY}/schema`;

/**
 * The graph's indexes by name. Source: the Scaling Strategy; the last is ours, because a composite index serves a
 * query only when all of its properties are in it. No uniqueness constraint: nothing says that these ids are unique.
 */
const INDEXES: Readonly<Record<string, string>> = {
  fact_id_index: "(n:Fact) ON (n.fact_id)",
  query_id_index: "(n:Query) ON (n.query_id)",
  timestamp_index: "(n:Episode) ON (n.timestamp)",
  fact_query_composite: "(n:Fact) ON (n.query_id, n.status)",
  fact_query_id_index: "(n:Fact) ON (n.query_id)",
};

/** The first version of the schema: one statement a line, each harmless when repeated. A later version is a second file. */
export const INDEXES_CYPHER = `// Indexes on frequently queried properties.
${Object.entries(INDEXES)
  .map(([name, target]) => `CREATE INDEX ${name} IF NOT EXISTS FOR ${target};\n`)
  .join("")}CALL db.awaitIndexes(120);
`;

/** Asks whether the schema is there. */
export const SCHEMA_QUESTION = `SHOW INDEXES YIELD name, state WHERE state = 'ONLINE' AND name IN [${Object.keys(
  INDEXES,
)
  .map((name) => `'${name}'`)
  .join(", ")}] RETURN count(*) = ${Object.keys(INDEXES).length} AS applied`;

/** The schema, and what applies it once the server serves. */
export function schemaFiles(clustered: boolean): NodeFile[] {
  return [
    { path: `${DIRECTORY}/001-indexes.cypher`, content: INDEXES_CYPHER, restarts: SCHEMA_UNIT },
    { path: APPLY, mode: "0755", content: applyScript(clustered) },
    { path: `/etc/systemd/system/${SCHEMA_UNIT}`, content: UNIT },
  ];
}

function applyScript(clustered: boolean): string {
  return `#!/bin/bash
# Applies ${DIRECTORY}/*.cypher in order of their names.
set -euo pipefail

apply() {
  local file statement
  for file in ${DIRECTORY}/*.cypher; do
    while IFS= read -r statement; do
      [[ -z $statement || $statement == //* ]] || ${ASK} query "\${statement%;}" >/dev/null || return 1
    done <"$file"
  done
}

applied() {
  ${ASK} query "${SCHEMA_QUESTION}" | jq -e '.data.values[0][0]' >/dev/null
}

for ((seconds = 0; seconds < 540; seconds += 2)); do
${
  clustered
    ? `  # The leader applies it, the others wait for it.
  if ${ASK} writable 2>/dev/null; then
    apply && exit 0
  elif ${ASK} available 2>/dev/null && applied; then
    exit 0
  fi`
    : `  if ${ANSWERS} >/dev/null 2>&1; then
    apply && applied && exit 0
  fi`
}
  sleep 2
done
echo "the schema is not applied after 540 s" >&2
exit 1
`;
}

/** Shell function: applies what the graph's schema has and a restored graph may not; a start that fails is tried again. */
export const SCHEMA_FUNCTION = `apply_schema() {
  for _ in 1 2 3; do
    if systemctl restart ${SCHEMA_UNIT}; then return 0; fi
    sleep 5
  done
  return 1
}
`;

const UNIT = `[Unit]
Description=Indexes of Neo4j's graph
After=neo4j.service
Requires=neo4j.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${APPLY}

[Install]
WantedBy=multi-user.target
`;
