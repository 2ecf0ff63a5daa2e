import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Service } from "../components/model/role";
import type { StackPlan } from "../stacks/plan";
import { baseRoot } from "./build/root";
import { apiUrl, balancerErrors, isTarget, startBalancer } from "./cloud/balancer";
import { cloudAuthority, startServices } from "./cloud/services";
import { storageOf, type Storage } from "./cloud/storage";
import { destroyDisk } from "./machine/disks";
import type { ImageFile } from "./machine/image";
import { Machine } from "./machine/machine";
import { trustFiles } from "./machine/trust";
import { launch, reconcile, refresh, type Site } from "./reconcile";
import { attachHost, createNetwork, healZone, isolateZone, namespaces, setLink } from "./network/network";
import { boots, saveStack, type SavedRehearsal } from "./saved";
import { withHost, withObject, withoutHost } from "./stack/changes";
import type { Host, LocalStack } from "./stack/local-stack";
import { localStack } from "./stack/plan";
import { substitutesFor } from "./stack/substitutes";
import { stateOf } from "./system/paths";
import { assertCanRehearse, CannotRehearseError } from "./system/preflight";
import type { Progress } from "./system/progress";

/** A stack's nodes, running on this machine. */
export class Rehearsal {
  /** Ends when the members of scaling groups are as the stack says. */
  private refreshed: Promise<void> = Promise.resolve();

  private constructor(
    /** Directory of its state. */
    readonly state: string,
    private current: LocalStack,
    private readonly base: string,
    private readonly trust: readonly ImageFile[],
    private readonly chosen: readonly Service[],
  ) {}

  /** The stack as it is now. */
  get stack(): LocalStack {
    return this.current;
  }

  /** From which its secrets are derived. */
  get seed(): string {
    return readFileSync(join(this.state, "seed"), "utf8");
  }

  /** Its booted nodes. */
  get machines(): readonly Machine[] {
    return this.stack.hosts
      .filter((host) => boots(host, this.chosen))
      .map((host) => new Machine(this.state, this.stack, host));
  }

  /**
   * Creates everything that the nodes of these services need, but does not power them on. No services means all of them.
   * `alter` changes the stack, for example to break something on purpose. Throws CannotRehearseError.
   */
  static async prepare(
    plan: StackPlan,
    services: readonly Service[],
    progress: Progress,
    alter: (stack: LocalStack) => LocalStack = (stack) => stack,
  ): Promise<Rehearsal> {
    const { stack: name } = plan.spec;
    const seed = randomBytes(32).toString("hex");
    assertCanRehearse(1);
    progress(`planning ${name}`);
    return Rehearsal.create(
      alter(await localStack(plan, seed, await substitutesFor(plan, services, progress))),
      seed,
      services,
      progress,
    );
  }

  /** The same for a stack that may have no nodes yet. Throws CannotRehearseError. */
  static async create(
    stack: LocalStack,
    seed: string,
    services: readonly Service[],
    progress: Progress,
  ): Promise<Rehearsal> {
    const { stack: name } = stack;
    const state = stateOf(name);
    const hosts = stack.hosts.filter((host) => boots(host, services));
    assertCanRehearse(Math.max(1, hosts.length));
    if (existsSync(state)) {
      throw new CannotRehearseError(`${name} is being rehearsed already; "npm run rehearse -- down" ends it`);
    }
    const foreign = await namespaces(name);
    if (foreign.length > 0) {
      throw new CannotRehearseError(
        `network namespaces ${foreign.join(", ")} already exist and do not belong to a rehearsal; remove them with "ip netns delete"`,
      );
    }
    const base = await baseRoot(progress);
    mkdirSync(state, { recursive: true, mode: 0o700 });
    const saved: SavedRehearsal = { base, services };
    saveStack(state, stack);
    writeFileSync(join(state, "rehearsal.json"), JSON.stringify(saved));
    writeFileSync(join(state, "seed"), seed, { mode: 0o600 });
    const rehearsal = Rehearsal.open(name);
    progress("creating the network");
    await createNetwork(stack);
    progress("starting the stand-ins for the cloud");
    await startServices(state, stack, seed);
    await startBalancer(state, stack, hosts.filter(isTarget));
    return rehearsal;
  }

  /** Opens a running rehearsal. Throws CannotRehearseError if there is none. */
  static open(name: string): Rehearsal {
    const state = stateOf(name);
    const read = (file: string): string => readFileSync(join(state, file), "utf8");
    if (!existsSync(join(state, "seed"))) {
      throw new CannotRehearseError(
        existsSync(state)
          ? `the rehearsal of ${name} was interrupted; "npm run rehearse -- down" removes what is left of it`
          : `${name} is not being rehearsed`,
      );
    }
    const { base, services } = JSON.parse(read("rehearsal.json")) as SavedRehearsal;
    return new Rehearsal(
      state,
      JSON.parse(read("stack.json")) as LocalStack,
      base,
      trustFiles(base, cloudAuthority(read("seed"))),
      services,
    );
  }

  /** Services on the booted nodes. */
  get services(): readonly string[] {
    return [...new Set(this.machines.flatMap(({ host }) => host.services))];
  }

  /** The stack's buckets, with full access. */
  get storage(): Storage {
    return storageOf(this.stack, this.state);
  }

  /** Name of the bucket for a purpose, for example "backups". */
  bucket(purpose: string): string {
    const found = this.stack.buckets.find((name) => name.startsWith(`ape-${this.stack.stack}-${purpose}-`));
    if (found === undefined) {
      throw new Error(`the stack has no bucket for ${purpose}; it has ${this.stack.buckets.join(", ")}`);
    }
    return found;
  }

  /** The stack that another plan yields, with the secrets of this one. */
  async planned(plan: StackPlan): Promise<LocalStack> {
    const seed = readFileSync(join(this.state, "seed"), "utf8");
    const next = await localStack(plan, seed, await substitutesFor(plan, this.services as Service[], () => undefined));
    return { ...next, stack: this.stack.stack };
  }

  /**
   * Changes what runs to another stack, at once: objects, secrets, permissions and firewalls; hosts that are new, gone or
   * replaced; hosts whose type changed, which stop and start; disks that moved. Returns once machines are powered on, and
   * replaced members of scaling groups serve. Throws DiskInUseError if a machine uses a disk that another one gets.
   */
  async change(to: LocalStack): Promise<void> {
    await this.changeInBackground(to);
    await this.refreshed;
  }

  /** The same, but members of scaling groups are replaced after the return; `refreshed` ends with them. */
  async changeInBackground(to: LocalStack): Promise<void> {
    const from = this.stack;
    const site = this.site();
    await reconcile(site, from, to);
    this.current = to;
    this.refreshed = this.refreshed.catch(() => undefined).then(() => refresh(site, from, to));
    this.refreshed.catch(() => undefined); // `change` reports it
  }

  /** Changes a single host, or adds it: another type stops and starts it, other disks are attached or detached. */
  setHost(host: Host): Promise<void> {
    return this.change(withHost(this.stack, host));
  }

  /** Deletes a host's machine, not its disks. */
  removeHost(name: string): Promise<void> {
    return this.change(withoutHost(this.stack, name));
  }

  /** Deletes a host's machine and boots another one with the same name, address and disks, and a new root. */
  replaceHost(host: Host): Promise<void> {
    return this.setHost({ ...host, instance: `${host.instance.split(".")[0]}.${randomBytes(4).toString("hex")}` });
  }

  /** Stores a small object, as the program's object resources do. */
  putObject(bucket: string, key: string, content: string): Promise<void> {
    return this.change(withObject(this.stack, { bucket, key, content }));
  }

  private site(): Site {
    const { state, base, trust, chosen } = this;
    return { state, base, trust, boots: (host) => boots(host, chosen), save: (stack) => saveStack(state, stack) };
  }

  /** Powers a node on for the first time: a new instance of the image, with its data disks if they exist. */
  async launch({ host }: Machine): Promise<void> {
    await launch(this.site(), this.stack, host);
  }

  /** Deletes a node and all its disks. */
  async destroy(machine: Machine): Promise<void> {
    await machine.destroy();
    for (const disk of machine.host.disks) {
      await destroyDisk(this.state, disk);
    }
  }

  /** Attaches a host to the network without booting a machine, for example for a client. */
  async attach(host: Host): Promise<void> {
    if (!(await namespaces(this.stack.stack)).some((name) => name.endsWith(`.${host.name}`))) {
      await attachHost(this.stack, host);
    }
  }

  machine(name: string): Machine {
    const found = this.machines.find(({ host }) => host.name === name);
    if (found === undefined) {
      throw new CannotRehearseError(
        `no node ${name}; the nodes are ${this.machines.map(({ host }) => host.name).join(", ")}`,
      );
    }
    return found;
  }

  /** An API host in a zone that is not booted, from which a client can connect. Throws CannotRehearseError if there is none. */
  clientHost(zone: string): Host {
    const free = this.stack.hosts.find(
      (host) =>
        host.zone === zone &&
        host.services.includes("api") &&
        !this.machines.some((machine) => machine.host.name === host.name),
    );
    if (free === undefined) {
      throw new CannotRehearseError(
        `no place for a client in ${zone}: every API host of that zone is booted, or none is planned`,
      );
    }
    return free;
  }

  /** Fields of one of the stack's secrets. `name` is without the stack's prefix. */
  secret<T>(name: string): T {
    const found = this.stack.secrets.find((secret) => secret.name === `ape-${this.stack.stack}-${name}`);
    if (found === undefined) {
      throw new Error(`the stack has no secret ${name}`);
    }
    return JSON.parse(found.value) as T;
  }

  /** CA certificate of the stack's services, PEM. */
  certificateAuthority(): string {
    return this.secret<{ ca: string }>(`node-${this.machines[0]!.host.name}`).ca;
  }

  /** Number of 5xx responses of the load balancer's stand-in so far. */
  balancerErrors(): Promise<number> {
    return balancerErrors(this.state);
  }

  /** URL of the API on this machine's loopback interface; undefined if the API is not booted. */
  get apiUrl(): string | undefined {
    return apiUrl(this.state);
  }

  /** Disconnects a host's cable: peers get no reset, as when a machine is lost. */
  unplug(host: Host): Promise<void> {
    return setLink(this.stack, host, "down");
  }

  plug(host: Host): Promise<void> {
    return setLink(this.stack, host, "up");
  }

  /** Isolates a zone from all others and from the cloud. */
  isolate(zone: string): Promise<void> {
    return isolateZone(this.stack, zone);
  }

  heal(zone: string): Promise<void> {
    return healZone(this.stack, zone);
  }
}
