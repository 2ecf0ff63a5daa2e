import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Host, LocalDisk, LocalStack } from "../stack/local-stack";
import { attachDisk } from "./disks";
import { bootStep } from "./boot-step";
import { assignedHostname, imageFiles, type ImageFile } from "./image";
import { createControlGroups } from "./control-groups";
import { DiskInUseError, plugCommand, unplugCommand } from "./hotplug";
import { hostNamespace } from "../network/network";
import { CannotRehearseError } from "../system/preflight";
import type { Progress } from "../system/progress";
import {
  attempt,
  recordedProcess,
  recordProcess,
  run,
  startDetached,
  until,
  type CommandResult,
  type RunOptions,
} from "../system/process";

/** Milliseconds within which a node must serve after power-on, including the installation of packages. */
export const BOOT_TIMEOUT_MS = 900_000;

/** Containers inside the machine set kernel parameters of their own namespaces, which needs a writable /proc/sys. */
const NSPAWN = { ...process.env, SYSTEMD_LOG_LEVEL: "warning", SYSTEMD_NSPAWN_API_VFS_WRITABLE: "yes" };

/** Joins the control groups before "--", then executes the command after it. */
const JOIN_GROUPS = 'while [ "$1" != -- ]; do echo $$ >"$1"; shift; done; shift; exec "$@"';

export type MachineState = "off" | "booting" | "serving" | "failed";

export interface MachineStatus {
  readonly state: MachineState;
  /** Seconds from power-on to serving. */
  readonly bootSeconds?: number;
  /** Why it failed. */
  readonly reason?: string;
}

/** A machine failed to boot, or did not serve in time. The message has its own reason. */
export class BootError extends Error {}

/** A host as a systemd-nspawn container that boots like a machine, with its own init, network, memory limit and disks. */
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

  /** Path of its console output. */
  get console(): string {
    return join(this.directory, "console.log");
  }

  /** Where this machine sees a file of the node. */
  path(file: string): string {
    return join(this.root, file);
  }

  /** Creates a new instance of the image: an overlay over the base root. `files` are added to those of the cloud's image. */
  async create(base: string, files: readonly ImageFile[]): Promise<void> {
    for (const part of ["upper", "work", "root", "containers"]) {
      mkdirSync(join(this.directory, part), { recursive: true });
    }
    writeFiles(join(this.directory, "upper"), [...imageFiles(this.stack.cloud, this.host), ...files]);
    const layers = `lowerdir=${base},upperdir=${join(this.directory, "upper")},workdir=${join(this.directory, "work")}`;
    await run(["mount", "-t", "overlay", `ape-${this.host.name}`, "-o", layers, this.root]);
  }

  /** Gives a machine that is off its host's current user data. */
  configure(): void {
    writeFiles(this.root, imageFiles(this.stack.cloud, this.host));
  }

  /** Powers the machine on. */
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
      `--hostname=${assignedHostname(stack.cloud, host)}`,
      `--network-namespace-path=/run/netns/${hostNamespace(stack.stack, host.name)}`,
      "--register=no",
      "--keep-unit",
      "--resolv-conf=off",
      "--timezone=off",
      "--link-journal=no",
      "--capability=all",
      "--system-call-filter=@keyring bpf",
      // podman's overlay driver does not work on the overlay that the root is.
      `--bind=${join(this.directory, "containers")}:/var/lib/containers`,
      ...disks.flatMap(({ device, path }) => [`--bind=${device}`, `--bind=${device}:${path}`]),
    ];
    const joined = ["sh", "-ec", JOIN_GROUPS, "sh", ...groups, "--", ...command];
    writeFileSync(this.startRecord, String(uptime()));
    const pid = startDetached(joined, log, { env: NSPAWN });
    recordProcess(this.pidFile, pid);
  }

  /** Waits until the machine serves or fails; after `timeoutMs` its state may still be "booting". */
  async waitForBoot(timeoutMs: number, progress: Progress = () => undefined): Promise<MachineStatus> {
    const booted = (): boolean => {
      const { state } = this.status();
      if (state === "booting") {
        const { step, detail } = bootStep(this.printed());
        progress(
          step,
          [...(detail === undefined ? [] : [detail]), `${this.secondsSinceStart().toFixed(0)} s`].join(", "),
        );
      }
      return state !== "booting";
    };
    await until(booted, timeoutMs, 500);
    return this.status();
  }

  /** Waits until the machine serves; returns the seconds from power-on. Throws BootError if it fails or takes too long. */
  async waitUntilServing(progress?: Progress, timeoutMs = BOOT_TIMEOUT_MS): Promise<number> {
    const { state, reason, bootSeconds } = await this.waitForBoot(timeoutMs, progress);
    if (state !== "serving") {
      const late = `still booting after ${timeoutMs / 1000} s`;
      throw new BootError(`${this.host.name}: ${reason ?? (state === "booting" ? late : state)}`);
    }
    return bootSeconds!;
  }

  status(): MachineStatus {
    if (this.pid() === undefined) {
      const failed = this.failure();
      return failed === undefined ? { state: "off" } : { state: "off", reason: failed };
    }
    const served = /\[ *(\d+\.\d+)\][^\n]*ape-boot: ready in \d+ s/.exec(this.printed())?.[1];
    if (served !== undefined) {
      return { state: "serving", bootSeconds: Number(served) - Number(readFileSync(this.startRecord, "utf8")) };
    }
    const reason = this.failure();
    return reason === undefined ? { state: "booting" } : { state: "failed", reason };
  }

  /** Ends the machine like a power cut. */
  async kill(): Promise<void> {
    const leader = await this.leader();
    if (leader !== undefined) {
      process.kill(leader, "SIGKILL");
    }
    if (!(await until(() => this.pid() === undefined, 30_000))) {
      throw new Error(`${this.host.name} did not end within 30 s`);
    }
  }

  /** Shuts the machine down; cuts its power after `timeoutMs`. Returns whether it shut down in time. */
  async shutDown(timeoutMs = 90_000): Promise<boolean> {
    const pid = this.pid();
    if (pid !== undefined) {
      process.kill(pid, "SIGTERM"); // systemd-nspawn makes the machine's init power off
    }
    const ended = await until(() => this.pid() === undefined, timeoutMs);
    if (!ended) {
      await this.kill();
    }
    return ended;
  }

  /** Attaches a disk: its device appears if the machine is on, otherwise with its next start. */
  async plug(disk: LocalDisk): Promise<void> {
    const device = await attachDisk(this.state, disk);
    if (this.pid() !== undefined) {
      await this.run(await plugCommand(disk, device));
    }
  }

  /** Removes a disk's device. Throws DiskInUseError if the machine still uses the disk. */
  async unplug(disk: LocalDisk): Promise<void> {
    const { code, stderr } = await this.attempt(unplugCommand(disk));
    if (code !== 0 && this.pid() !== undefined) {
      throw new DiskInUseError(`${this.host.name} still uses disk ${disk.name}: ${stderr.trim()}`);
    }
  }

  /** Deletes the machine with its root. Its data disks remain. */
  async destroy(): Promise<void> {
    await this.kill();
    await attempt(["umount", "--recursive", this.root]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Runs a command inside the machine. Exit code 255 if the machine is off. */
  async attempt(command: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const leader = await this.leader();
    return leader === undefined
      ? { code: 255, stdout: "", stderr: `${this.host.name} is off` }
      : attempt([...enterCommand(leader), ...command], options);
  }

  /** Runs a command inside the machine that must succeed. Throws CommandError, or CannotRehearseError if it is off. */
  async run(command: readonly string[], options: RunOptions = {}): Promise<string> {
    return run([...(await this.enter()), ...command], options);
  }

  /** Command prefix that enters the machine's namespaces. Throws CannotRehearseError if it is off. */
  async enter(): Promise<string[]> {
    const leader = await this.leader();
    if (leader === undefined) {
      throw new CannotRehearseError(`${this.host.name} is off`);
    }
    return enterCommand(leader);
  }

  /** The process id of systemd-nspawn while it runs. */
  private pid(): number | undefined {
    return recordedProcess(this.pidFile);
  }

  /** Process id of the machine's init, outside its namespaces. */
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

  private secondsSinceStart(): number {
    return uptime() - Number(readFileSync(this.startRecord, "utf8"));
  }

  private get pidFile(): string {
    return join(this.directory, "pid");
  }

  /** File with the power-on time in seconds of kernel uptime, the clock that the console's timestamps use. */
  private get startRecord(): string {
    return join(this.directory, "started");
  }
}

function writeFiles(root: string, files: readonly ImageFile[]): void {
  for (const file of files) {
    const path = join(root, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.content, { mode: file.mode ?? 0o644 });
  }
}

/** Seconds since this machine's kernel started. */
function uptime(): number {
  return Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
}

function enterCommand(leader: number): string[] {
  return ["nsenter", `--target=${leader}`, "--mount", "--uts", "--ipc", "--net", "--pid", "--"];
}
