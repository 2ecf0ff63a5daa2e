import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Cloud } from "../../components/model/cloud";
import { newId, outputs } from "../stack/computed-values";
import type { LocalStack } from "../stack/local-stack";
import { Resources } from "../stack/resources";
import { stackOf } from "../stack/translate";
import type { Existing, Situation } from "./kind";
import { kindOf } from "./kinds";
import { canonical, differing, unwrapped, type Properties } from "./wire";

/** Carries out what a simulated cloud's resources mean. */
export interface Ground {
  /** Changes what exists from one stack to another. Throws if something keeps it from that; then nothing has changed. */
  change(from: LocalStack, to: LocalStack): Promise<void>;
  powerOff(stack: LocalStack, host: string): Promise<void>;
  /** Number of objects in a bucket. */
  objects(stack: LocalStack, bucket: string): Promise<number>;
}

/** The cloud does not carry out a call. The message is the cloud's. */
export class RefusedError extends Error {}

export interface CloudArgs {
  /** File that holds the resources, so that they survive a restart. */
  readonly file: string;
  readonly seed: string;
  readonly region: string;
  readonly ground: Ground;
  /** What every stack has in addition to its resources. */
  readonly also: Partial<LocalStack>;
  readonly now: () => Date;
  readonly exhausted: () => readonly string[];
}

interface Saved {
  /** Number of resources that were ever created: two of the same name have different ids. */
  readonly created: number;
  readonly resources: readonly Existing[];
}

export interface Difference {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
}

/** Clouds without a cloud: resources with the rules of the real ones. Calls are carried out one after another. */
export class SimulatedCloud {
  private saved: Saved = { created: 0, resources: [] };
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly args: CloudArgs) {
    if (existsSync(args.file)) {
      this.saved = JSON.parse(readFileSync(args.file, "utf8")) as Saved;
    }
  }

  /** What a change of inputs means. Pure. */
  static difference(type: string, before: Properties, after: Properties): Difference {
    const [old, news] = [unwrapped(before) as Properties, unwrapped(after) as Properties];
    const { replacedBy = [], replacedIf } = kindOf(type);
    const changed = differing(old, news);
    const replaces = replacedBy
      .filter((path) => canonical(at(old, path)) !== canonical(at(news, path)))
      .map((path) => path.split(".")[0]!);
    return {
      changed,
      replaces: replaces.length === 0 && replacedIf?.(old, news) === true ? changed : [...new Set(replaces)],
    };
  }

  /** Outputs that an update in a preview yields: those that the update changes are left out. */
  previewed(id: string, inputs: Properties): Properties {
    const before = this.saved.resources.find((resource) => resource.id === id);
    if (before === undefined) {
      return inputs;
    }
    const computed = this.outputsOf({ ...before, inputs: unwrapped(inputs) as Properties });
    const { version } = kindOf(before.type);
    return { ...Object.fromEntries(Object.entries(computed).filter(([key]) => key !== version)), ...inputs };
  }

  create(urn: string, inputs: Properties): Promise<{ id: string; outputs: Properties }> {
    return this.inTurn(async () => {
      const { type, name } = parsed(urn);
      const created: Existing = {
        urn,
        type,
        name,
        id: newId(type, `${urn} ${this.saved.created}`),
        inputs: unwrapped(inputs) as Properties,
        createdAt: this.args.now().toISOString(),
      };
      const { uniqueName, refusesCreate } = kindOf(type);
      const situation = this.situation(urn);
      const unique = uniqueName?.(created.inputs);
      if (
        unique !== undefined &&
        situation.resources.of<Properties>(type).some((o) => uniqueName!(o.inputs) === unique)
      ) {
        throw new RefusedError(`AlreadyExists: ${type.split(":").at(-1)} ${unique} already exists`);
      }
      refuse(await refusesCreate?.(created, situation));
      await this.become(urn, { created: this.saved.created + 1, resources: [...this.saved.resources, created] });
      return { id: created.id, outputs: { ...this.outputsOf(created), ...inputs } };
    });
  }

  update(id: string, urn: string, inputs: Properties): Promise<Properties> {
    return this.inTurn(async () => {
      const before = this.existing(id);
      const after = { ...before, ...parsed(urn), urn, inputs: unwrapped(inputs) as Properties };
      refuse(await kindOf(before.type).refusesUpdate?.(before, after.inputs, this.situation(urn)));
      const updated = { ...after, updatedAt: this.args.now().toISOString() };
      const resources = this.saved.resources.map((resource) => (resource.id === id ? updated : resource));
      await this.become(urn, { ...this.saved, resources });
      return { ...this.outputsOf(updated), ...inputs };
    });
  }

  delete(id: string, urn: string): Promise<void> {
    return this.inTurn(async () => {
      const deleted = this.saved.resources.find((resource) => resource.id === id);
      if (deleted === undefined) {
        return; // clouds answer "not found", which counts as deleted
      }
      const situation = this.situation(urn);
      const { refusesDelete, heldBy, powersOff } = kindOf(deleted.type);
      const others = this.saved.resources.filter((resource) => resource.id !== id);
      const holder = others.find(({ type, inputs }) => heldBy?.types.includes(type) && refersTo(inputs, deleted));
      refuse(holder && `${heldBy!.error} (${deleted.name}, used by ${holder.name})`);
      refuse(await refusesDelete?.(deleted, situation));
      const host = powersOff?.(deleted, situation);
      if (host !== undefined) {
        await this.args.ground.powerOff(this.stackAt(urn, this.saved), host);
      }
      await this.become(urn, { ...this.saved, resources: others });
    });
  }

  /** Every stack that has resources. */
  stacks(): LocalStack[] {
    const names = new Map(this.saved.resources.map(({ urn }) => [parsed(urn).stack, urn]));
    return [...names.values()].map((urn) => this.stackAt(urn, this.saved));
  }

  exists(id: string): boolean {
    return this.saved.resources.some((resource) => resource.id === id);
  }

  outputsOf(resource: Existing): Properties {
    return outputs(this.args.seed, resource);
  }

  private existing(id: string): Existing {
    const found = this.saved.resources.find((resource) => resource.id === id);
    if (found === undefined) {
      throw new RefusedError(`NotFound: ${id} does not exist`);
    }
    return found;
  }

  private situation(urn: string): Situation {
    const { now, exhausted, ground } = this.args;
    const stack = this.stackAt(urn, this.saved);
    return {
      resources: new Resources(ofStack(urn, this.saved)),
      now: now(),
      exhausted: exhausted(),
      objects: (bucket) => ground.objects(stack, bucket),
    };
  }

  /** Carries out a change and stores it. */
  private async become(urn: string, next: Saved): Promise<void> {
    const [from, to] = [this.stackAt(urn, this.saved), this.stackAt(urn, next)];
    if (JSON.stringify(from) !== JSON.stringify(to)) {
      await this.args.ground.change(from, to);
    }
    this.saved = next;
    writeFileSync(`${this.args.file}.new`, JSON.stringify(next), { mode: 0o600 });
    renameSync(`${this.args.file}.new`, this.args.file);
  }

  /** The stack of a resource, as what runs on this machine. */
  private stackAt(urn: string, saved: Saved): LocalStack {
    const { stack, cloud } = parsed(urn);
    const own = ofStack(urn, saved);
    const known =
      cloud ?? own.map((resource) => parsed(resource.urn).cloud).find((each) => each !== undefined) ?? "aws";
    return { ...stackOf(known, stack, this.args.region, own), ...this.args.also };
  }

  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(run);
    this.queue = turn.catch(() => undefined);
    return turn;
  }
}

const CLOUD_OF: Readonly<Record<string, Cloud>> = { aws: "aws", gcp: "gcp" };

/** The parts of a URN. */
function parsed(urn: string): { stack: string; type: string; name: string; cloud?: Cloud } {
  const [head, , types, ...names] = urn.split("::");
  const type = types!.split("$").at(-1)!;
  const cloud = CLOUD_OF[type.split(":")[0]!];
  return {
    stack: head!.split(":").at(-1)!,
    type,
    name: names.join("::"),
    ...(cloud === undefined ? {} : { cloud }),
  };
}

function ofStack(urn: string, { resources }: Saved): readonly Existing[] {
  const { stack } = parsed(urn);
  return resources.filter((resource) => parsed(resource.urn).stack === stack);
}

/** The value at a path of keys. */
function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => (inner as Properties | undefined)?.[key], value);
}

/** Whether inputs refer to a resource, by its id or by an output that contains it. */
function refersTo(inputs: Properties, { id }: Existing): boolean {
  return JSON.stringify(inputs).includes(id);
}

function refuse(reason: string | undefined): void {
  if (reason !== undefined) {
    throw new RefusedError(reason);
  }
}
