import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Service } from "../components/model/role";
import type { StackPlan } from "../stacks/plan";
import { destroyDisk, detachDisks } from "./machine/disks";
import type { Host, LocalStack } from "./stack/local-stack";
import { Machine } from "./machine/machine";
import { removeControlGroups } from "./machine/control-groups";
import {
  attachHost,
  isolateZone,
  healZone,
  createNetwork,
  namespaces,
  processesIn,
  removeNetwork,
  setLink,
} from "./network/network";
import { stateOf, STATE } from "./system/paths";
import { localStack } from "./stack/plan";
import { assertCanRehearse, CannotRehearseError } from "./system/preflight";
import { baseRoot } from "./build/root";
import { cloudAuthority, startServices, stopMirror } from "./cloud/services";
import { attempt, until } from "./system/process";
import { balancerErrors, startBalancer } from "./cloud/balancer";
import { substitutesFor } from "./stack/substitutes";
import { storageOf, type Storage } from "./cloud/storage";
import { trusted } from "./machine/trust";

/** A stack's own nodes, running on this machine. */
export class Rehearsal {
  readonly machines: readonly Machine[];

  private constructor(
    private readonly state: string,
    readonly stack: LocalStack,
    private readonly base: string,
    private readonly trust: ReturnType<typeof trusted>,
    booted: readonly string[],
  ) {
    this.machines = stack.hosts
      .filter(({ name }) => booted.includes(name))
      .map((host) => new Machine(state, stack, host));
  }

  /**
   * Makes all that the nodes of these services need, up to the power button. `alter` breaks something on purpose.
   * Throws CannotRehearseError.
   */
  static async prepare(
    plan: StackPlan,
    services: readonly Service[],
    progress: (text: string) => void,
    alter: (stack: LocalStack) => LocalStack = (stack) => stack,
  ): Promise<Rehearsal> {
    const { stack: name } = plan.spec;
    const state = stateOf(name);
    const seed = randomBytes(32).toString("hex");
    assertCanRehearse(1);
    const stack = alter(await localStack(plan, seed, await substitutesFor(plan, services, progress)));
    const hosts = stack.hosts.filter(
      (host) =>
        host.starts && (services.length === 0 || host.services.some((own) => services.includes(own as Service))),
    );
    assertCanRehearse(hosts.length);
    if (existsSync(state)) {
      throw new CannotRehearseError(`${name} is being runningStacks already; "npm run rehearse -- down" ends it`);
    }
    const foreign = await namespaces(name);
    if (foreign.length > 0) {
      throw new CannotRehearseError(
        `network namespaces ${foreign.join(", ")} exist, and this program did not make them`,
      );
    }
    const base = await baseRoot(progress);
    mkdirSync(state, { recursive: true, mode: 0o700 });
    const saved: SavedRehearsal = { base, booted: hosts.map((host) => host.name) };
    writeFileSync(join(state, "stack.json"), JSON.stringify(stack), { mode: 0o600 });
    writeFileSync(join(state, "rehearsal.json"), JSON.stringify(saved));
    writeFileSync(join(state, "seed"), seed, { mode: 0o600 });
    const rehearsal = Rehearsal.open(name);
    progress("network");
    await createNetwork(stack);
    progress("stand-ins for the cloud");
    await startServices(state, stack, seed);
    await startBalancer(
      state,
      stack,
      hosts.filter((host) => host.services.includes("api")),
    );
    return rehearsal;
  }

  /** A rehearsal that was prepared before. Throws CannotRehearseError when there is none. */
  static open(name: string): Rehearsal {
    const state = stateOf(name);
    const read = (file: string): string => readFileSync(join(state, file), "utf8");
    if (!existsSync(join(state, "seed"))) {
      throw new CannotRehearseError(
        existsSync(state)
          ? `the rehearsal of ${name} was interrupted; "npm run rehearse -- down" removes what it made`
          : `${name} is not being runningStacks`,
      );
    }
    const { base, booted } = JSON.parse(read("rehearsal.json")) as SavedRehearsal;
    return new Rehearsal(
      state,
      JSON.parse(read("stack.json")) as LocalStack,
      base,
      trusted(base, cloudAuthority(read("seed"))),
      booted,
    );
  }

  /** Services that the booted nodes host. */
  get services(): readonly string[] {
    return [...new Set(this.machines.flatMap(({ host }) => host.services))];
  }

  /** The stack's buckets, with their owner's rights. */
  get storage(): Storage {
    return storageOf(this.stack, this.state);
  }

  /** The bucket of a purpose, for example "backups". */
  bucket(purpose: string): string {
    const found = this.stack.buckets.find((name) => name.startsWith(`ape-${this.stack.stack}-${purpose}-`));
    if (found === undefined) {
      throw new Error(`the stack has no bucket for ${purpose}: ${this.stack.buckets.join(", ")}`);
    }
    return found;
  }

  /**
   * Plans anew with other config and gives the running nodes their new bootstraps, as an update does; they take them at
   * their next boot. What an update changes beyond that is left alone.
   */
  async update(plan: StackPlan): Promise<void> {
    const seed = readFileSync(join(this.state, "seed"), "utf8");
    const { objects } = await localStack(
      plan,
      seed,
      await substitutesFor(plan, this.services as Service[], () => undefined),
    );
    for (const { bucket, key, content } of objects) {
      await this.storage.put(bucket, key, Buffer.from(content));
    }
  }

  /** Switches a node on for the first time: a new instance of the image, with the disks that it had if it had any. */
  async launch(machine: Machine): Promise<void> {
    await this.attach(machine.host);
    await machine.create(this.base, this.trust);
    await machine.start();
  }

  /** Loses a node and all its disks. */
  async destroy(machine: Machine): Promise<void> {
    await machine.destroy();
    for (const disk of machine.host.disks) {
      await destroyDisk(this.state, disk);
    }
  }

  /** Gives a host its place in the network, without a machine: a client may stand there. */
  async attach(host: Host): Promise<void> {
    if (!(await namespaces(this.stack.stack)).some((name) => name.endsWith(`.${host.name}`))) {
      await attachHost(this.stack, host);
    }
  }

  machine(name: string): Machine {
    const found = this.machines.find(({ host }) => host.name === name);
    if (found === undefined) {
      throw new CannotRehearseError(
        `no node ${name}: there are ${this.machines.map(({ host }) => host.name).join(", ")}`,
      );
    }
    return found;
  }

  /** A place in a zone from which an API process would speak, and where none is booted. */
  clientHost(zone: string): Host {
    const free = this.stack.hosts.find(
      (host) =>
        host.zone === zone &&
        host.services.includes("api") &&
        !this.machines.some((machine) => machine.host.name === host.name),
    );
    if (free === undefined) {
      throw new CannotRehearseError(
        `no place for a client in ${zone}: the API runs there itself, or is not planned there`,
      );
    }
    return free;
  }

  /** The fields of one of the stack's secrets, by its name without the stack's prefix. */
  secret<T>(name: string): T {
    const found = this.stack.secrets.find((secret) => secret.name === `ape-${this.stack.stack}-${name}`);
    if (found === undefined) {
      throw new Error(`the stack has no secret ${name}`);
    }
    return JSON.parse(found.value) as T;
  }

  /** The certificate that the stack's clients must trust. */
  certificateAuthority(): string {
    return this.secret<{ ca: string }>(`node-${this.machines[0]!.host.name}`).ca;
  }

  /** Requests that the load balancer's stand-in has answered with a server's error so far. */
  balancerErrors(): Promise<number> {
    return balancerErrors(this.state);
  }

  /** Takes a host's cable out: nobody says that it is gone, as when a machine is lost. */
  unplug(host: Host): Promise<void> {
    return setLink(this.stack, host, "down");
  }

  plug(host: Host): Promise<void> {
    return setLink(this.stack, host, "up");
  }

  /** Cuts a zone off from all others, and from the cloud. */
  cut(zone: string): Promise<void> {
    return isolateZone(this.stack, zone);
  }

  heal(zone: string): Promise<void> {
    return healZone(this.stack, zone);
  }
}

interface SavedRehearsal {
  readonly base: string;
  readonly booted: readonly string[];
}

/** Stacks that are being rehearsed, or whose rehearsal was interrupted. */
export function runningStacks(): string[] {
  return existsSync(STATE) ? readdirSync(STATE).sort() : [];
}

/** Removes everything that a rehearsal made, however far it came; nothing else. */
export async function takeDown(name: string): Promise<void> {
  const state = stateOf(name);
  if (!existsSync(state)) {
    return;
  }
  stopMirror(state);
  const gone = await until(async () => {
    const running = await processesIn(name);
    running.forEach(kill);
    return running.length === 0;
  }, 30_000);
  if (!gone) {
    throw new Error(`processes of ${name} don't end: ${(await processesIn(name)).join(", ")}`);
  }
  for (const mount of await mountsBelow(state)) {
    await attempt(["umount", "--lazy", mount]);
  }
  await detachDisks(state);
  await removeNetwork(name);
  await until(() => tried(() => removeControlGroups(name)), 10_000);
  rmSync(state, { recursive: true, force: true });
}

function kill(pid: number): void {
  tried(() => process.kill(pid, "SIGKILL"));
}

/** Whether something could be done; a process may be gone, a group may still be emptying. */
function tried(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

async function mountsBelow(state: string): Promise<string[]> {
  const { stdout } = await attempt(["findmnt", "--raw", "--noheadings", "--output", "TARGET"]);
  return stdout
    .split("\n")
    .filter((target) => target.startsWith(`${state}/`))
    .reverse();
}
