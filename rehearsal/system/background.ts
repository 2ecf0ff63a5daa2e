import { existsSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { recordedProcess, recordProcess, startDetached } from "./process";

/** Starts a program of a rehearsal in this machine's own network namespace. Its output goes to `<name>.log`. */
export function startBackground(state: string, name: string, command: readonly string[]): void {
  mkdirSync(directory(state), { recursive: true });
  const pid = startDetached(command, openSync(join(state, `${name}.log`), "a", 0o600));
  recordProcess(join(directory(state), name), pid);
}

/** Ends the programs that `startBackground` started. */
export function stopBackground(state: string): void {
  for (const name of existsSync(directory(state)) ? readdirSync(directory(state)) : []) {
    const pid = recordedProcess(join(directory(state), name));
    if (pid !== undefined) {
      process.kill(pid, "SIGTERM");
    }
  }
}

function directory(state: string): string {
  return join(state, "background");
}
