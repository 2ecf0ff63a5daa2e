import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildOnce } from "../../../../rehearsal/build/build-cache";
import { CACHE } from "../../../../rehearsal/system/paths";
import { pythonPrograms } from "../../../../rehearsal/build/python";
import { run } from "../../../../rehearsal/system/process";

const PSYCOPG = "psycopg[binary]==3.3.9";
const PGX = "github.com/jackc/pgx/v5@v5.9.2";
const PGJDBC = "org.postgresql:postgresql:42.7.14";
/** Copies one artefact of Maven Central. */
const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

/** A mainstream driver, and a program that connects with it. */
export interface Driver {
  readonly name: string;
  /** Programs that must be installed. */
  readonly needs: readonly string[];
  /** Downloads and builds what is needed, and returns the command that connects. Throws when a registry is unreachable. */
  readonly command: () => Promise<readonly string[]>;
}

export const DRIVERS: readonly Driver[] = [
  {
    name: "node-postgres",
    needs: [],
    command: () => Promise.resolve([process.execPath, "-r", "ts-node/register", join(__dirname, "select.ts")]),
  },
  {
    name: "psycopg",
    needs: ["python3"],
    command: async () => [join(await pythonPrograms(PSYCOPG), "python"), join(__dirname, "psycopg_select.py")],
  },
  { name: "pgx", needs: ["go"], command: async () => [join(await built("pgx", "main.go", PGX, goProgram), "select")] },
  {
    name: "pgjdbc",
    needs: ["mvn", "javac", "java"],
    command: async () => {
      const folder = await built("pgjdbc", "Select.java", PGJDBC, javaProgram);
      return ["java", "-cp", `${folder}:${join(folder, "*")}`, "Select"];
    },
  },
];

/** A folder with a built program, cached by its source and the version of its driver. */
function built(
  name: string,
  file: string,
  version: string,
  build: (source: string, folder: string) => Promise<unknown>,
): Promise<string> {
  const source = join(__dirname, file);
  const hash = createHash("sha256").update(version).update(readFileSync(source)).digest("hex").slice(0, 16);
  return buildOnce(join(CACHE, `driver-${name}-${hash}`), async (unfinished) => {
    mkdirSync(unfinished);
    copyFileSync(source, join(unfinished, file));
    await build(source, unfinished);
  });
}

async function goProgram(_source: string, cwd: string): Promise<void> {
  await run(["go", "mod", "init", "select"], { cwd });
  await run(["go", "get", PGX], { cwd });
  await run(["go", "build", "-o", "select", "."], { cwd });
}

async function javaProgram(source: string, folder: string): Promise<void> {
  await run(["mvn", "-q", "-B", COPY, `-Dartifact=${PGJDBC}`, `-DoutputDirectory=${folder}`], { cwd: folder });
  await run(["javac", "-d", folder, source]);
}
