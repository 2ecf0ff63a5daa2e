import type { Rehearsal } from "../../rehearsal/rehearsal";
import { takeDown } from "../../rehearsal/running";
import { canBoot } from "./rehearsal";

/** A test on booted nodes. */
export interface Step {
  readonly title: string;
  readonly run: (rehearsal: Rehearsal) => Promise<void>;
}

/** A stack whose nodes are booted and tested in steps, one after another. */
export interface Scenario {
  readonly title: string;
  readonly stack: string;
  readonly boot: () => Promise<Rehearsal>;
  readonly steps: readonly Step[];
}

/** Declares the tests of several stacks. The stacks run in parallel because each mostly waits. */
export function declareScenarios(scenarios: readonly Scenario[]): void {
  const done = new Map<Step, Promise<void>>();

  before(function () {
    scenarios.forEach(({ stack }) => canBoot(this, stack));
    for (const { boot, steps } of scenarios) {
      const booted = boot();
      let last: Promise<unknown> = booted;
      for (const step of steps) {
        const result = last.catch(() => undefined).then(async () => step.run(await booted));
        result.catch(() => undefined); // reported by its own test
        done.set(step, result);
        last = result;
      }
    }
  });
  after(async () => {
    await Promise.allSettled(done.values());
    await Promise.all(scenarios.map(({ stack }) => takeDown(stack)));
  });

  for (const { title, steps } of scenarios) {
    describe(title, () => {
      for (const step of steps) {
        it(step.title, () => done.get(step));
      }
    });
  }
}
