import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "../../../components/redis/endpoints";
import type { Host } from "../../rehearsal/local-stack";
import { hostNamespace } from "../../rehearsal/network";
import type { Rehearsal } from "../../rehearsal/rehearsal";
import { run } from "../../rehearsal/shell";
import type { ReaderArgs } from "./reader";
import type { Acknowledged, WriterArgs } from "./writer";

/** A client that writes numbered keys from an API host's place in the network, until it is stopped. */
export class Writer {
  readonly acknowledged: Acknowledged[] = [];
  private readonly child: ChildProcess;

  private constructor(
    readonly host: Host,
    private readonly within: readonly string[],
    private readonly args: WriterArgs,
  ) {
    const command = [...within, ...SCRIPT, join(__dirname, "writer.ts"), JSON.stringify(args)];
    this.child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", "pipe", "inherit"], cwd: ROOT });
    let rest = "";
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const lines = `${rest}${text}`.split("\n");
      rest = lines.pop()!;
      this.acknowledged.push(...lines.map((line) => JSON.parse(line) as Acknowledged));
    });
  }

  /** Starts a client in the place of an API host of that zone, where none is booted. */
  static async start(rehearsal: Rehearsal, zone: string, prefix: string): Promise<Writer> {
    const host = rehearsal.clientHost(zone);
    await rehearsal.attach(host);
    const { username, password } = rehearsal.secret<{ username: string; password: string }>("redis-api");
    const args: WriterArgs = {
      sentinels: rehearsal.machines
        .filter((machine) => machine.host.services.includes("redis"))
        .map((machine) => ({ host: machine.host.address, port: SENTINEL_PORT })),
      masterName: MASTER_NAME,
      username,
      password,
      ca: rehearsal.certificateAuthority(),
      prefix,
    };
    const within = ["ip", "netns", "exec", hostNamespace(rehearsal.stack.stack, host.name)];
    return new Writer(host, within, args);
  }

  /** The numbers that a member has of those that were acknowledged. */
  read(address: string): Promise<number[]> {
    return this.visit(address, false);
  }

  /** Deletes all that was acknowledged. */
  erase(address: string): Promise<number[]> {
    return this.visit(address, true);
  }

  private async visit(address: string, erase: boolean): Promise<number[]> {
    const { username, password, ca, prefix } = this.args;
    const numbers = this.acknowledged.map(({ number }) => number);
    const args: ReaderArgs = { address, port: REDIS_PORT, username, password, ca, prefix, erase };
    const found = await run([...this.within, ...SCRIPT, join(__dirname, "reader.ts"), JSON.stringify(args)], {
      input: JSON.stringify(numbers),
      cwd: ROOT,
    });
    return JSON.parse(found) as number[];
  }

  /** The last write before a moment, or the first after it. */
  around(moment: number): { before?: Acknowledged; after?: Acknowledged } {
    const before = this.acknowledged.filter(({ at }) => at <= moment).at(-1);
    const after = this.acknowledged.find(({ at }) => at > moment);
    return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
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

const SCRIPT = [process.execPath, "-r", "ts-node/register"];
const ROOT = join(__dirname, "..", "..", "..");
