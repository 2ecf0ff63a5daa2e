import { existsSync } from "node:fs";
import { join } from "node:path";
import { VERSIONS } from "../../../components/neo4j/version";
import { neo4jJars } from "../../../rehearsal/build/neo4j/jars";
import { onPath } from "../../support/programs";

/** Neo4j's LTS runs on Java 17, which test machines have; newer versions require 21. */
const TESTED = VERSIONS["5.26"].package.replace(/^\d+:/, "");
const CACHE = join(__dirname, "../../../.cache");

/** The jars of a real Neo4j Community server. Skips the test if they are unavailable. */
export async function neo4jLibraries(test: Mocha.Context): Promise<string> {
  if (!existsSync(join(CACHE, `neo4j-jars-${TESTED}`))) {
    onPath(test, "mvn");
  }
  try {
    return await neo4jJars(CACHE, TESTED);
  } catch (error) {
    console.log(
      `      skipped: Neo4j ${TESTED} cannot be downloaded from Maven Central: ${String(error).slice(0, 200)}`,
    );
    return test.skip();
  }
}
