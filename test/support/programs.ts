import { spawnSync } from "node:child_process";

/** Whether a program is installed; otherwise skips the test with the reason. */
export function onPath(test: Mocha.Context, program: string): boolean {
  if (spawnSync("sh", ["-c", `command -v ${program}`]).status === 0) {
    return true;
  }
  console.log(`      skipped: ${program} is not installed`);
  test.skip();
}
