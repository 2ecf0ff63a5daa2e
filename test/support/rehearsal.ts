import assert from "node:assert/strict";
import type { Service } from "../../components/model/role";
import { planStack, type StackPlan } from "../../stacks/plan";
import type { Drill } from "../../rehearsal/drills/drill";
import { report } from "../../rehearsal/drills/report";
import { runDrill } from "../../rehearsal/drills/run";
import { planFrom } from "../../planning/plan";
import { assertCanRehearse, CannotRehearseError } from "../../rehearsal/system/preflight";
import type { LocalStack } from "../../rehearsal/stack/local-stack";
import { Rehearsal } from "../../rehearsal/rehearsal";
import { runningStacks, takeDown } from "../../rehearsal/running";

interface BootOptions {
  readonly alter?: (stack: LocalStack) => LocalStack;
  readonly meanwhile?: (rehearsal: Rehearsal) => Promise<void>;
}

/** Maximum number of nodes that a test boots. */
const NODES = 4;
const BOOT_MS = 600_000;
const PLAIN = { bold: (text: string) => text, dim: (text: string) => text };

/** Whether nodes can be booted on this machine; otherwise skips the tests with the reason. */
export function canBoot(test: Mocha.Context, stack: string): boolean {
  try {
    assertCanRehearse(NODES);
  } catch (error) {
    if (!(error instanceof CannotRehearseError)) {
      throw error;
    }
    console.log(`      skipped: ${error.message.replace(/\s+/g, " ")}`);
    test.skip();
  }
  if (runningStacks().includes(stack)) {
    console.log(`      skipped: ${stack} is being rehearsed; "npm run rehearse -- down" ends that`);
    test.skip();
  }
  return true;
}

/**
 * Boots the nodes of some services of a stack. If one does not serve it throws and removes everything.
 * @param meanwhile what happens once the nodes are powered on
 */
export async function boot(
  plan: StackPlan,
  services: readonly Service[],
  { alter, meanwhile }: BootOptions = {},
): Promise<Rehearsal> {
  const { stack } = plan.spec;
  try {
    const rehearsal = await Rehearsal.prepare(plan, services, () => undefined, alter);
    await Promise.all(rehearsal.machines.map((machine) => rehearsal.launch(machine)));
    await meanwhile?.(rehearsal);
    for (const machine of rehearsal.machines) {
      const { state, reason, bootSeconds } = await machine.waitForBoot(BOOT_MS);
      const { name } = machine.host;
      assert.equal(state, "serving", `${name}: ${reason ?? "does not serve"}`);
      console.log(`      ${stack}: ${name} served ${bootSeconds!.toFixed(1)} s after power-on`);
    }
    return rehearsal;
  } catch (error) {
    await takeDown(stack);
    throw error;
  }
}

/** Runs a drill on booted nodes of prod with these settings; fails with all violations. */
export async function assertDrillPasses(
  drill: Drill,
  rehearsal: Rehearsal,
  settings: readonly string[] = drill.settings ?? [],
): Promise<void> {
  const replan = (more: readonly string[]): StackPlan =>
    planStack({ ...planFrom("prod", [...settings, ...more]).spec, stack: rehearsal.stack.stack });
  const record = await runDrill(drill, rehearsal, () => undefined, replan);
  console.log(report(record, PLAIN).replace(/^/gm, "      "));
  assert.deepEqual(
    record.scenarios.flatMap(({ scenario, violations }) => violations.map((each) => `${scenario}: ${each}`)),
    [],
  );
}
