import { spawn, type SpawnOptions } from "node:child_process";
import { readFileSync } from "node:fs";

export interface RunOptions {
  /** Text for the program's standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with each piece of output as it comes. */
  readonly output?: (text: string) => void;
  /** Milliseconds after which the program is killed. Default: never. */
  readonly timeoutMs?: number;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program ended otherwise than it should. */
export class CommandError extends Error {
  constructor(
    command: readonly string[],
    readonly result: CommandResult,
  ) {
    const output = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-5).join("\n");
    super(`${command.join(" ")}: exit code ${result.code}${output === "" ? "" : `\n${output}`}`);
  }
}

/** Runs a program to its end and says how it ended. */
export async function attempt(command: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: "SIGKILL" }),
  });
  const collected = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      collected[stream] += text;
      options.output?.(text);
    });
  }
  child.stdin.on("error", () => undefined); // a program may end without reading what it was given
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 137, ...collected }));
  });
}

/** Runs a program that must succeed, and returns what it printed. Throws CommandError. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await attempt(command, options);
  if (result.code !== 0) {
    throw new CommandError(command, result);
  }
  return result.stdout;
}

/** Starts a program that goes on after this one has ended; its output goes to a file. */
export function startDetached(
  command: readonly string[],
  log: number,
  options: Pick<SpawnOptions, "env" | "cwd"> = {},
): number {
  const child = spawn(command[0]!, command.slice(1), { ...options, detached: true, stdio: ["ignore", log, log] });
  child.unref();
  child.on("error", () => undefined); // seen by whoever waits for what it should serve
  return child.pid!;
}

/**
 * When a process was started, in the kernel's ticks since boot: with its number it tells it from all others, whatever
 * program it becomes. Undefined once it has ended, be it that nobody has asked how.
 */
export function processStartTime(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" "); // behind the name, which may hold anything
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Waits until a condition holds; false when it didn't within the time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  intervalMs = 100,
): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) {
      return true;
    }
    if (Date.now() > end) {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
