import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildOnce } from "../build-cache";
import { run } from "../../system/process";

/** Maven goal that copies an artefact with all its dependencies. */
const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/**
 * Downloads the jars of a Neo4j Community server from Maven Central, cached in `cache`. Returns their directory. Throws if
 * Maven is missing or Maven Central is unreachable.
 */
export function neo4jJars(cache: string, version: string): Promise<string> {
  return buildOnce(join(cache, `neo4j-jars-${version}`), async (unfinished) => {
    mkdirSync(unfinished);
    const project = join(unfinished, "pom.xml");
    writeFileSync(project, pom(version));
    await run(["mvn", "-q", "-B", "-f", project, COPY, `-DoutputDirectory=${unfinished}`, "-DincludeScope=runtime"]);
    rmSync(project);
  });
}

function pom(version: string): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>ape</groupId>
  <artifactId>neo4j-jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;
}
