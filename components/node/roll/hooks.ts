import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { getEngine } from "@pulumi/pulumi/runtime/settings";
import type { RollNode } from "./gate";
import type { RollGroup } from "./group";
import { Roll, RollError, type RollArgs } from "./roll";

export type GatesArgs = Pick<RollArgs, "store" | "timeoutMinutes" | "lost" | "reports">;

/** No hooks: the engine is a mock, which has none. */
const NO_HOOKS: pulumi.ResourceHookBinding = {};

/**
 * Binds a roll to the program's resources. A gate is a before hook, because the engine does not record an update whose before
 * hook fails: the next update asks again. Whether a node serves afterwards is checked by the program, not by after hooks: the
 * engine records an update whose after hook fails, and would not look again.
 */
export class Gates {
  private readonly roll: Roll;
  /** What the nodes consist of. */
  private readonly tracked: pulumi.Resource[] = [];
  private readonly hasHooks = getEngine() !== undefined;

  constructor(args: GatesArgs) {
    this.roll = new Roll({
      ...args,
      clock: { now: () => Date.now(), sleep: (ms) => sleep(ms) },
      progress: (message) => void pulumi.log.info(message, undefined, undefined, true),
    });
  }

  /**
   * Options of a node's order. They add the node's gate: a resource that holds the order too, and changes first. The order's
   * own hooks do not suffice, because on Google Cloud a new order replaces the object, which deletes the old one before any
   * hook runs.
   * @param after must be as planned before the node may change
   */
  guard(node: RollNode, parent: pulumi.Resource, after: readonly pulumi.Resource[]): pulumi.CustomResourceOptions {
    this.roll.plan(node);
    const { name, order } = node;
    const hooks = this.bind({
      beforeCreate: () => this.roll.beforeCreate(name),
      beforeUpdate: () => this.roll.before(name),
    });
    const gate = new pulumi.Stash(`${name}-gate`, { input: { ...order } }, { parent, dependsOn: [...after], hooks });
    return { dependsOn: gate, hooks: this.ofPart(name) };
  }

  /** Options of a group's order. Its members are replaced by the cloud, which keeps enough of them. */
  guardGroup(group: RollGroup, after: readonly pulumi.Resource[]): pulumi.CustomResourceOptions {
    this.roll.planGroup(group);
    return { dependsOn: [...after] };
  }

  /**
   * Hooks of a node's other resources. They matter when an earlier update failed between the gate and them: the gate does not
   * change again, but they do.
   */
  ofPart(node: string): pulumi.ResourceHookBinding {
    const admitted = async (args: pulumi.ResourceHookArgs): Promise<void> => {
      if (!changesLabelsOnly(args)) {
        await this.roll.before(node);
      }
    };
    return this.bind({ beforeCreate: admitted, beforeUpdate: admitted });
  }

  /** A resource that is as planned once all tracked nodes serve, for what must not change before. */
  nodesServe(parent: pulumi.Resource): pulumi.Resource {
    const served = (): Promise<void> => this.roll.nodesServe();
    return new pulumi.Stash(
      "nodes-serve",
      { input: this.roll.orders() },
      { parent, dependsOn: this.tracked, hooks: this.bind({ beforeCreate: served, beforeUpdate: served }) },
    );
  }

  /** Names the resources of a node. Once all are as planned, the node must serve, and then the next one may change. */
  track(node: string, resources: readonly pulumi.Resource[]): void {
    this.tracked.push(...resources);
    if (this.deploys()) {
      pulumi.all(resources.map(({ urn }) => urn)).apply(() => this.orRunError(() => this.roll.finished(node)));
    }
  }

  /**
   * Waits until the resources are as planned, then until everything serves. Throws one RunError. Does nothing in a preview.
   * @param resources everything that the program registers
   */
  async everythingServes(resources: readonly pulumi.Resource[]): Promise<void> {
    if (this.deploys()) {
      await untilInterrupted(
        () => this.roll.abort(),
        async () => {
          await Promise.all(resources.map(({ urn }) => promiseOf(urn)));
          await this.orRunError(() => this.roll.everythingServes());
        },
      );
    }
  }

  private deploys(): boolean {
    return this.hasHooks && !pulumi.runtime.isDryRun();
  }

  private bind(hooks: Readonly<Record<string, pulumi.ResourceHookFunction>>): pulumi.ResourceHookBinding {
    return this.hasHooks ? Object.fromEntries(Object.entries(hooks).map(([name, hook]) => [name, [hook]])) : NO_HOOKS;
  }

  private async orRunError(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      throw error instanceof RollError ? new pulumi.RunError(error.message) : error;
    }
  }
}

/** Inputs by which users find and bill resources. The node does not notice a change of them. */
const LABELS: readonly string[] = ["tags", "tagsAll", "labels", "effectiveLabels", "pulumiLabels", "volumeTags"];

/** Whether an update changes nothing but labels: a new owner must not make every node hand over. */
export function changesLabelsOnly({
  oldInputs,
  newInputs,
}: Pick<pulumi.ResourceHookArgs, "oldInputs" | "newInputs">): boolean {
  return (
    oldInputs !== undefined &&
    newInputs !== undefined &&
    isDeepStrictEqual(withoutLabels(oldInputs), withoutLabels(newInputs))
  );
}

function withoutLabels(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutLabels);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const kept = Object.entries(value).filter(([key]) => !LABELS.includes(key));
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutLabels(each)]));
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Runs something, and something else before the process ends early. */
async function untilInterrupted(end: () => Promise<void>, run: () => Promise<void>): Promise<void> {
  const interrupted = (): void => void end().finally(() => process.exit(1));
  SIGNALS.forEach((signal) => process.once(signal, interrupted));
  try {
    await run();
  } catch (error) {
    await end();
    throw error;
  } finally {
    SIGNALS.forEach((signal) => process.off(signal, interrupted));
  }
}

function promiseOf<T>(output: pulumi.Output<T>): Promise<unknown> {
  return new Promise((resolve) => void output.apply(resolve));
}
