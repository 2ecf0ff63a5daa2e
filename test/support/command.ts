import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

/** Output and exit code of a command. */
export interface CommandRun {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs a tool like npm, without colours. `input` is its standard input. */
export function command(tool: string, args: readonly string[], input = ""): CommandRun {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["-r", "ts-node/register", join(ROOT, "tools", tool, "index.ts"), ...args],
    { cwd: ROOT, encoding: "utf8", input, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: "1" } },
  );
  return { status, out: stdout, error: stderr };
}
