import { join } from "node:path";
import type { NodeFile } from "../model/role";
import { renderScript, type ScriptPart } from "../node/script";
import { ASK } from "./console";
import { CONFIG_DIRECTORY } from "./configuration";

const APPLY = "/usr/local/lib/ape/neo4j-schema";
export const SCHEMA_UNIT = "ape-neo4j-schema.service";
const DIRECTORY = `${CONFIG_DIRECTORY}/schema`;

/**
 * The graph's indexes by name. Source: the Scaling Strategy. The last one is ours: a composite index serves a query only if
 * the query has all of its properties. No uniqueness constraints: no source states that these ids are unique.
 */
const INDEXES: Readonly<Record<string, string>> = {
  fact_id_index: "(n:Fact) ON (n.fact_id)",
  query_id_index: "(n:Query) ON (n.query_id)",
  timestamp_index: "(n:Episode) ON (n.timestamp)",
  fact_query_composite: "(n:Fact) ON (n.query_id, n.status)",
  fact_query_id_index: "(n:Fact) ON (n.query_id)",
};

/** First version of the schema: one idempotent statement per line. Later versions are additional files. */
const INDEXES_CYPHER = `// Indexes on frequently queried properties.
${Object.entries(INDEXES)
  .map(([name, target]) => `CREATE INDEX ${name} IF NOT EXISTS FOR ${target};\n`)
  .join("")}CALL db.awaitIndexes(120);
`;

/** Query whether the schema is applied. */
export const SCHEMA_QUESTION = `SHOW INDEXES YIELD name, state WHERE state = 'ONLINE' AND name IN [${Object.keys(
  INDEXES,
)
  .map((name) => `'${name}'`)
  .join(", ")}] RETURN count(*) = ${Object.keys(INDEXES).length} AS applied`;

/** The schema, and the unit that applies it once the server serves. */
export function schemaFiles(clustered: boolean): NodeFile[] {
  return [
    { path: `${DIRECTORY}/001-indexes.cypher`, content: INDEXES_CYPHER, restarts: SCHEMA_UNIT },
    { path: APPLY, mode: "0755", content: applyScript(clustered) },
    { path: `/etc/systemd/system/${SCHEMA_UNIT}`, content: UNIT },
  ];
}

function applyScript(clustered: boolean): string {
  return renderScript(join(__dirname, "scripts/schema.sh"), { DIRECTORY, ASK, APPLIED: SCHEMA_QUESTION }, [
    join(__dirname, clustered ? "scripts/schema-cluster.sh" : "scripts/schema-single.sh"),
  ]);
}

/** The function `apply_schema`. */
export const APPLY_SCHEMA: ScriptPart = {
  functions: [join(__dirname, "scripts/apply-schema.sh")],
  variables: { SCHEMA_UNIT },
};

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
