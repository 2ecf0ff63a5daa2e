import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { hostNamespace } from "../network/network";
import type { Host } from "../stack/local-stack";
import type { Rehearsal } from "../rehearsal";

/** An acknowledged write: one line of a writer's output. */
export interface Acknowledged {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A client program that runs in a host's network namespace. */
export interface ClientProgram {
  /** Path of the TypeScript file. */
  readonly script: string;
  /** Its only argument, as JSON. */
  readonly args: unknown;
}

/** The command that runs a client program in a host's network namespace. */
export function clientCommand(rehearsal: Rehearsal, host: Host, { script, args }: ClientProgram): string[] {
  const within = ["ip", "netns", "exec", hostNamespace(rehearsal.stack.stack, host.name)];
  return [...within, process.execPath, "-r", "ts-node/register", script, JSON.stringify(args)];
}

/** Working directory of client programs, where ts-node finds its settings. */
export const CLIENT_DIRECTORY = join(__dirname, "..", "..");

/** A client that writes numbered values one after another until it is stopped. */
export class WriterProcess {
  readonly acknowledged: Acknowledged[] = [];
  private readonly child: ChildProcess;

  constructor(
    rehearsal: Rehearsal,
    readonly host: Host,
    program: ClientProgram,
  ) {
    const command = clientCommand(rehearsal, host, program);
    this.child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", "pipe", "inherit"], cwd: CLIENT_DIRECTORY });
    let rest = "";
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const lines = `${rest}${text}`.split("\n");
      rest = lines.pop()!;
      this.acknowledged.push(...lines.map((line) => JSON.parse(line) as Acknowledged));
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        return resolve();
      }
      this.child.once("close", () => resolve());
      this.child.kill("SIGKILL");
    });
  }
}

/** Milliseconds of undisturbed writes before and after a fault. */
export const STEADY_MS = 2000;
/** Milliseconds until an injected fault has taken effect; writes accepted earlier do not count. */
const FAULT_DELAY_MS = 1000;

/** Waits for a write accepted after `moment`. Throws if there is none within `timeoutMs`. */
export async function waitForWrite(writer: WriterProcess, moment: number, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (writer.acknowledged.at(-1) === undefined || writer.acknowledged.at(-1)!.at <= moment + FAULT_DELAY_MS) {
    if (Date.now() > end) {
      throw new Error(`no write of ${writer.host.name} was accepted for ${timeoutMs / 1000} s`);
    }
    await sleep(100);
  }
}

/** The longest interval between two accepted writes that ends after `moment`, in seconds. */
export function longestGap({ acknowledged }: Pick<WriterProcess, "acknowledged">, moment: number): number {
  const gaps = acknowledged.slice(1).map(({ at }, index) => (at > moment ? at - acknowledged[index]!.at : 0));
  return Math.round(Math.max(0, ...gaps) / 10) / 100;
}
