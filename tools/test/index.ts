import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const TESTS = "test";

interface Group {
  /** Files that run at a time. */
  readonly jobs: number;
  readonly files: readonly string[];
}

/**
 * Booted nodes that mostly wait: they measure seconds, and three at a time don't disturb each other. The cluster's fail over
 * where a disk is busy for five seconds, so they come when the others have booted.
 */
const LIGHT = rehearsals("redis-missing", "redis-aws", "redis-gcp", "redis-cluster");
/** Booted nodes of which each waits for most of its time, so that two at a time have the machine for themselves. */
const HEAVY = rehearsals("api", "timescaledb");
/** What a real control plane is needed for: it takes minutes to build, which happens meanwhile. */
const CONTROL_PLANE = ["components/api/kubernetes/release.integration.test.ts", "engine/release.integration.test.ts"];
/** Booted nodes of which nothing is asked in time. They take long, and so are first. */
const PATIENT = rehearsals("neo4j", "timescaledb-memory");

function rehearsals(...names: readonly string[]): string[] {
  return names.map((name) => `rehearsal/${name}.integration.test.ts`);
}

/** All tests, in groups that run one after the other. */
function groups(): Group[] {
  const listed = [...LIGHT, ...HEAVY, ...CONTROL_PLANE, ...PATIENT];
  const others = readdirSync(TESTS, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && !listed.includes(file))
    .sort();
  return [
    { jobs: 2, files: [...PATIENT, ...others] },
    { jobs: 3, files: LIGHT },
    { jobs: 2, files: [...HEAVY, ...CONTROL_PLANE] },
  ];
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs all tests. Ends with one line that counts them. */
async function main(): Promise<void> {
  const counts: Counts[] = [];
  for (const { jobs, files } of groups()) {
    counts.push(await mocha([...(jobs > 1 ? ["--parallel", "--jobs", String(jobs)] : []), ...paths(files)]));
  }
  const sum = (pick: (each: Counts) => number): number => counts.reduce((total, each) => total + pick(each), 0);
  const failed = sum((each) => each.failed);
  console.log(`${sum((each) => each.passed)} passed, ${failed} failed, ${sum((each) => each.skipped)} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function paths(files: readonly string[]): string[] {
  return files.map((file) => join(TESTS, file));
}

/** Runs Mocha with our reporter, whose last line counts. */
function mocha(args: readonly string[]): Promise<Counts> {
  const child = spawn(process.execPath, [require.resolve("mocha/bin/mocha.js"), ...args], {
    stdio: ["inherit", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    process.stdout.write(text);
    said = (said + text).slice(-200);
  });
  process.once("SIGINT", () => child.kill("SIGINT"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const [, passed, failed, skipped] = /(\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(said) ?? [];
      if (skipped === undefined || (code !== 0 && failed === "0")) {
        reject(new Error(`mocha ended with code ${code} and did not count its tests`));
      } else {
        resolve({ passed: Number(passed), failed: Number(failed), skipped: Number(skipped) });
      }
    });
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
