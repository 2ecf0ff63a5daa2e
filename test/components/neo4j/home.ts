import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VERSIONS } from "../../../components/neo4j/version";
import { onPath } from "../../support/programs";

/** Neo4j's LTS runs on Java 17, which is what test machines have; newer ones need 21. */
const TESTED = VERSIONS["5.26"].package.replace("1:", "");
const HOME = join(__dirname, "../../../.cache/neo4j", TESTED);

/** A real Neo4j Community server, from Maven Central; made once and kept. Skips the test where it can't be had. */
export function neo4jHome(test: Mocha.Context): string | undefined {
  if (existsSync(join(HOME, "lib"))) {
    return HOME;
  }
  if (!onPath(test, "mvn") || !onPath(test, "java")) {
    return undefined;
  }
  const making = `${HOME}.new`;
  mkdirSync(making, { recursive: true });
  writeFileSync(
    join(making, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>ape</groupId><artifactId>neo4j-home</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>${TESTED}</version></dependency></dependencies>
</project>`,
  );
  const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
  const { status, stdout } = spawnSync("mvn", ["-q", "-B", goal, "-DoutputDirectory=lib", "-DincludeScope=runtime"], {
    cwd: making,
  });
  if (status !== 0) {
    console.log(
      `      skipped: Neo4j ${TESTED} can't be fetched from Maven Central: ${stdout.toString().slice(0, 200)}`,
    );
    test.skip();
  }
  renameSync(making, HOME);
  return HOME;
}

/** Runs a command of neo4j-admin. */
export function neo4jAdmin(
  home: string,
  conf: string,
  args: readonly string[],
): { status: number | null; output: string } {
  const java = ["-Xmx256m", "-cp", `${home}/lib/*`, `-Dbasedir=${home}`, "-Dapp.name=neo4j-admin"];
  const { status, stdout, stderr } = spawnSync(
    "java",
    [...java, "org.neo4j.server.startup.Neo4jAdminCommand", ...args],
    {
      env: { ...process.env, NEO4J_HOME: home, NEO4J_CONF: conf },
    },
  );
  return { status, output: stdout.toString() + stderr.toString() };
}
