import { spawn, type SpawnOptions } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

export interface RunOptions {
  /** Text for the program's standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with each chunk of output as it arrives. */
  readonly output?: (text: string) => void;
  /** Milliseconds after which the program is killed. Default: no limit. */
  readonly timeoutMs?: number;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program failed. The message has its last five lines of output. */
export class CommandError extends Error {
  constructor(
    command: readonly string[],
    readonly result: CommandResult,
  ) {
    const output = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-5).join("\n");
    super(`${command.join(" ")}: exit code ${result.code}${output === "" ? "" : `\n${output}`}`);
  }
}

/** Runs a program and returns its exit code and output, whether or not it succeeds. */
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
  child.stdin.on("error", () => undefined); // a program may exit without reading its input
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 137, ...collected }));
  });
}

/** Runs a program that must succeed, and returns its standard output. Throws CommandError. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await attempt(command, options);
  if (result.code !== 0) {
    throw new CommandError(command, result);
  }
  return result.stdout;
}

/** Starts a program that outlives this one. `log` is the file descriptor for its output. Returns its process id. */
export function startDetached(
  command: readonly string[],
  log: number,
  options: Pick<SpawnOptions, "env" | "cwd"> = {},
): number {
  const child = spawn(command[0]!, command.slice(1), { ...options, detached: true, stdio: ["ignore", log, log] });
  child.unref();
  child.on("error", () => undefined); // callers wait for the service itself and report when it does not answer
  return child.pid!;
}

/**
 * When a process was started, in kernel ticks since boot. Together with the process id it identifies the process, even
 * after exec. Undefined once the process has ended, including zombies.
 */
export function processStartTime(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" "); // the name in parentheses may contain anything
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Writes a pid file that `recordedProcess` reads: process id and start time. */
export function recordProcess(file: string, pid: number): void {
  writeFileSync(file, `${pid} ${processStartTime(pid)}`);
}

/** The process in a pid file if it is still running, never another process that has taken its id. */
export function recordedProcess(file: string): number | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  const [pid, start] = readFileSync(file, "utf8").split(" ");
  return processStartTime(Number(pid)) === start ? Number(pid) : undefined;
}

/** Polls a condition. Returns false if it does not become true within `timeoutMs`. */
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
