import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Runs all tests: first those whose figures depend on nothing beside them, two files at a time; then, alone, those that
 * measure seconds. Ends with one line that counts both.
 */
const TESTS = "test";

/** Tests of booted nodes that measure memory and results, not how fast somebody else takes over. */
const SIDE_BY_SIDE = ["tools/rehearsal/neo4j.programs.test.ts", "tools/rehearsal/timescaledb-memory.programs.test.ts"];

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

async function main(): Promise<void> {
  const files = readdirSync(TESTS, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .sort();
  const alone = files.filter((file) => file.endsWith(".programs.test.ts") && !SIDE_BY_SIDE.includes(file));
  // The longest first, so that none is left running by itself.
  const others = [...SIDE_BY_SIDE, ...files.filter((file) => !file.endsWith(".programs.test.ts"))];
  const counts = [await mocha(["--parallel", "--jobs", "2", ...paths(others)]), await mocha(paths(alone))];
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
