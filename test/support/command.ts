import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

/** What a command said and how it ended. */
export interface CommandRun {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs one of the tools as npm starts it, without colours; `input` is what it finds on standard input. */
export function command(tool: string, args: readonly string[], input = ""): CommandRun {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["-r", "ts-node/register", join(ROOT, "tools", tool, "index.ts"), ...args],
    { cwd: ROOT, encoding: "utf8", input, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: "1" } },
  );
  return { status, out: stdout, error: stderr };
}
