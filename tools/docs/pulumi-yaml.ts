import { Document } from "yaml";
import { PROJECT } from "../../stacks/config/load";
import { KEYS, type Key } from "../../stacks/config/keys";

/** The engine's YAML: a day that isn't quoted is a time there, and no string. */
const READ_AS = "1.1";

/** Pulumi.yaml, whole: the project and, from the table of keys, the schema that the engine checks and fills defaults from. */
export function pulumiYaml(): string {
  const project = {
    name: PROJECT,
    description: "APE 2026 (API, TimescaleDB, Neo4j, Redis) on AWS or Google Cloud at one of four load tiers",
    runtime: {
      name: "nodejs",
      options: {
        typescript: true,
        tsconfig: "tsconfig.json",
        packagemanager: "npm",
        // Pulumi formats a stack trace for each of its many promises; see docs/decisions/0003-start-up.md.
        nodeargs: "--stack-trace-limit=1",
      },
    },
    config: Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [name, declaration(key)])),
  };
  const document = new Document(project, { version: READ_AS });
  document.commentBefore =
    ' Made by "npm run docs" from stacks/config/keys.ts: change it there. Reference: docs/configuration.md';
  return document.toString({ lineWidth: 0 });
}

/**
 * What the engine is told. Without a default it requires the key. `secret` is not among it: the engine would then refuse
 * the default as well, because it is not encrypted.
 */
function declaration(key: Key<unknown>): object {
  return {
    type: key.type,
    ...(key.type === "array" ? { items: { type: "string" } } : {}),
    ...(key.default === undefined ? {} : { default: key.default }),
    description: key.description,
  };
}
