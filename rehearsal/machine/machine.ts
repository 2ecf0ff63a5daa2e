import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Host, LocalStack } from "../stack/local-stack";
import { attachDisk } from "./disks";
import { imageFiles, type ImageFile } from "./image";
import { createControlGroups } from "./control-groups";
import { hostNamespace } from "../network/network";
import { CannotRehearseError } from "../system/preflight";
import {
  attempt,
  run,
  startDetached,
  processStartTime,
  until,
  type CommandResult,
  type RunOptions,
} from "../system/process";

/** Milliseconds that a node has to serve: packages come first. */
export const BOOT_TIMEOUT_MS = 900_000;

/** Containers in the machine set kernel parameters of their own namespaces. */
const NSPAWN = { ...process.env, SYSTEMD_LOG_LEVEL: "warning", SYSTEMD_NSPAWN_API_VFS_WRITABLE: "yes" };

/** Joins the groups before "--" and becomes the command behind it. */
const JOINING = 'while [ "$1" != -- ]; do echo $$ >"$1"; shift; done; shift; exec "$@"';

/** How a boot ended, or how far it is. */
export type MachineState = "off" | "booting" | "serving" | "failed";

export interface Condition {
  readonly state: MachineState;
  /** Seconds from power on to serving. */
  readonly bootSeconds?: number;
  /** Why it failed. */
  readonly reason?: string;
}

/** One host as a container that boots like a machine: its own init, network, memory and disks. */
export class Machine {
  private readonly directory: string;
  private readonly root: string;

  constructor(
    private readonly state: string,
    private readonly stack: LocalStack,
    readonly host: Host,
  ) {
    this.directory = join(state, "hosts", host.name);
    this.root = join(this.directory, "root");
  }

  /** What the machine prints while it boots. */
  get console(): string {
    return join(this.directory, "console.log");
  }

  /** Lays the machine's root over the base, as a new instance of the image. `files` come on top of what the cloud puts there. */
  async create(base: string, files: readonly ImageFile[]): Promise<void> {
    for (const part of ["upper", "work", "root", "containers"]) {
      mkdirSync(join(this.directory, part), { recursive: true });
    }
    for (const file of [...imageFiles(this.stack.cloud, this.host), ...files]) {
      const path = join(this.directory, "upper", file.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.content, { mode: file.mode ?? 0o644 });
    }
    const layers = `lowerdir=${base},upperdir=${join(this.directory, "upper")},workdir=${join(this.directory, "work")}`;
    await run(["mount", "-t", "overlay", `ape-${this.host.name}`, "-o", layers, this.root]);
  }

  /** Switches the machine on. */
  async start(): Promise<void> {
    const { host, stack } = this;
    const disks = await Promise.all(
      host.disks.map(async (disk) => ({ device: await attachDisk(this.state, disk), path: disk.path })),
    );
    const groups = createControlGroups(stack.stack, host.name, host.memGiB);
    rmSync(this.console, { force: true });
    const log = openSync(this.console, "a", 0o600);
    const command = [
      "systemd-nspawn",
      "--quiet",
      "--boot",
      `--directory=${this.root}`,
      `--machine=${hostNamespace(stack.stack, host.name)}`,
      `--hostname=${host.name}`,
      `--network-namespace-path=/run/netns/${hostNamespace(stack.stack, host.name)}`,
      "--register=no",
      "--keep-unit",
      "--resolv-conf=off",
      "--timezone=off",
      "--link-journal=no",
      "--capability=all",
      "--system-call-filter=@keyring bpf",
      // Containers in the machine can't stand on the overlay that its root is.
      `--bind=${join(this.directory, "containers")}:/var/lib/containers`,
      ...disks.flatMap(({ device, path }) => [`--bind=${device}`, `--bind=${device}:${path}`]),
    ];
    const joined = ["sh", "-ec", JOINING, "sh", ...groups, "--", ...command];
    writeFileSync(this.startRecord, readFileSync("/proc/uptime", "utf8").split(" ")[0]!);
    const pid = startDetached(joined, log, { env: NSPAWN });
    writeFileSync(this.pidFile, `${pid} ${processStartTime(pid)}`);
  }

  /** Waits until the machine serves, or has said why it doesn't. */
  async settled(timeoutMs: number): Promise<Condition> {
    await until(() => this.condition().state !== "booting", timeoutMs, 200);
    return this.condition();
  }

  condition(): Condition {
    if (this.pid() === undefined) {
      const failed = this.failure();
      return failed === undefined ? { state: "off" } : { state: "off", reason: failed };
    }
    const reason = this.failure();
    if (reason !== undefined) {
      return { state: "failed", reason };
    }
    const served = /\[ *(\d+\.\d+)\][^\n]*ape-boot: ready in \d+ s/.exec(this.printed())?.[1];
    return served === undefined
      ? { state: "booting" }
      : { state: "serving", bootSeconds: Number(served) - Number(readFileSync(this.startRecord, "utf8")) };
  }

  /** Ends the machine as a power cut does. */
  async kill(): Promise<void> {
    const leader = await this.leader();
    if (leader !== undefined) {
      process.kill(leader, "SIGKILL");
    }
    if (!(await until(() => this.pid() === undefined, 30_000))) {
      throw new Error(`${this.host.name} does not end`);
    }
  }

  /** Shuts the machine down in order; what doesn't end in time loses its power. Says whether it ended by itself. */
  async shutDown(timeoutMs = 90_000): Promise<boolean> {
    const pid = this.pid();
    if (pid !== undefined) {
      process.kill(pid, "SIGTERM"); // systemd-nspawn asks the machine's init to halt
    }
    const ended = await until(() => this.pid() === undefined, timeoutMs);
    if (!ended) {
      await this.kill();
    }
    return ended;
  }

  /** Throws the machine away, its root with it. Its disks stay. */
  async destroy(): Promise<void> {
    await this.kill();
    await attempt(["umount", this.root]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Runs a command inside the machine; it fails where the machine is off. */
  async attempt(command: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const leader = await this.leader();
    return leader === undefined
      ? { code: 255, stdout: "", stderr: `${this.host.name} is off` }
      : attempt([...entering(leader), ...command], options);
  }

  /** Runs a command inside the machine that must succeed. */
  async run(command: readonly string[], options: RunOptions = {}): Promise<string> {
    return run([...(await this.enter()), ...command], options);
  }

  /** What enters the machine: put a command behind it. */
  async enter(): Promise<string[]> {
    const leader = await this.leader();
    if (leader === undefined) {
      throw new CannotRehearseError(`${this.host.name} is off`);
    }
    return entering(leader);
  }

  /** The process of systemd-nspawn, as long as it is the one that was started. */
  private pid(): number | undefined {
    if (!existsSync(this.pidFile)) {
      return undefined;
    }
    const [pid, start] = readFileSync(this.pidFile, "utf8").split(" ");
    return processStartTime(Number(pid)) === start ? Number(pid) : undefined;
  }

  /** The machine's init as this machine sees it. */
  private async leader(): Promise<number | undefined> {
    const pid = this.pid();
    if (pid === undefined) {
      return undefined;
    }
    const { stdout } = await attempt(["pgrep", "--parent", String(pid)]);
    const first = stdout.split("\n").find(Boolean);
    return first === undefined ? undefined : Number(first);
  }

  private failure(): string | undefined {
    return /ape-boot: FAILED: (.*)/.exec(this.printed())?.[1]?.trim();
  }

  private printed(): string {
    return existsSync(this.console) ? readFileSync(this.console, "utf8") : "";
  }

  private get pidFile(): string {
    return join(this.directory, "pid");
  }

  /** When the machine was switched on, on the kernel's clock, by which its console counts as well. */
  private get startRecord(): string {
    return join(this.directory, "started");
  }
}

function entering(leader: number): string[] {
  return ["nsenter", `--target=${leader}`, "--mount", "--uts", "--ipc", "--net", "--pid", "--"];
}
