import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { hostNamespace } from "../network/network";
import type { Host } from "../stack/local-stack";
import type { Rehearsal } from "../rehearsal";

/** A write that was acknowledged: one line of a writer's output. */
export interface Acknowledged {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A program of the drills that runs in a host's place in the network. */
export interface ClientProgram {
  /** Path of the TypeScript file. */
  readonly script: string;
  /** Its only argument, as JSON. */
  readonly args: unknown;
}

/** The command that runs a program in a host's place. */
export function clientCommand(rehearsal: Rehearsal, host: Host, { script, args }: ClientProgram): string[] {
  const within = ["ip", "netns", "exec", hostNamespace(rehearsal.stack.stack, host.name)];
  return [...within, process.execPath, "-r", "ts-node/register", script, JSON.stringify(args)];
}

/** Where the programs run, so that ts-node finds its settings. */
export const CLIENT_DIRECTORY = join(__dirname, "..", "..");

/** A client that writes numbered values, one after the other, until it is stopped. */
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

/** Milliseconds of undisturbed writing before and after a failure. */
export const STEADY_MS = 2000;
/** A failure may take this long to take effect; a write accepted meanwhile says nothing. */
const FAULT_DELAY_MS = 1000;

/** Waits for a write to be accepted after a moment. Throws when none is within `timeoutMs`. */
export async function waitForWrite(writer: WriterProcess, moment: number, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (writer.acknowledged.at(-1) === undefined || writer.acknowledged.at(-1)!.at <= moment + FAULT_DELAY_MS) {
    if (Date.now() > end) {
      throw new Error(`${writer.host.name} gets no write accepted for ${timeoutMs / 1000} s`);
    }
    await sleep(100);
  }
}

/** The longest time between two accepted writes that ends after a moment, in seconds. */
export function longestGap({ acknowledged }: Pick<WriterProcess, "acknowledged">, moment: number): number {
  const gaps = acknowledged.slice(1).map(({ at }, index) => (at > moment ? at - acknowledged[index]!.at : 0));
  return Math.round(Math.max(0, ...gaps) / 10) / 100;
}
