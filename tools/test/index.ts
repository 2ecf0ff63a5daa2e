import { spawn } from "node:child_process";
import { groupedTests } from "./groups";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs all tests. The last line of output counts them. */
async function main(): Promise<void> {
  const counts: Counts[] = [];
  for (const { jobs, files } of groupedTests()) {
    counts.push(await mocha(["--parallel", "--jobs", String(jobs), ...files]));
  }
  const sum = (pick: (each: Counts) => number): number => counts.reduce((total, each) => total + pick(each), 0);
  const failed = sum((each) => each.failed);
  console.log(`${sum((each) => each.passed)} passed, ${failed} failed, ${sum((each) => each.skipped)} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** Runs Mocha with our reporter, and reads the counts from its last line. */
function mocha(args: readonly string[]): Promise<Counts> {
  const child = spawn(process.execPath, [require.resolve("mocha/bin/mocha.js"), ...args], {
    stdio: ["inherit", "pipe", "inherit"],
  });
  let tail = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    process.stdout.write(text);
    tail = (tail + text).slice(-200);
  });
  process.once("SIGINT", () => child.kill("SIGINT"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const [, passed, failed, skipped] = /(\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(tail) ?? [];
      if (skipped === undefined || (code !== 0 && failed === "0")) {
        reject(new Error(`mocha exited with code ${code} without counting its tests`));
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
