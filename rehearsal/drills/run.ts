import type { StackPlan } from "../../stacks/plan";
import { assertRoot } from "../system/preflight";
import { Rehearsal } from "../rehearsal";
import { runningStacks, takeDown } from "../running";
import type { Drill, DrillResult } from "./drill";

/** A drill that was run: what is stored. */
export interface DrillRecord extends DrillResult {
  readonly drill: string;
  readonly stack: string;
  readonly cloud: string;
  /** When it began, ISO 8601. */
  readonly at: string;
  readonly seconds: number;
  readonly passed: boolean;
}

/** The stack's nodes that a drill needs: those that run already, or newly booted ones, which then are ours to end. */
export async function bootForDrill(
  drill: Drill,
  plan: StackPlan,
  progress: (text: string) => void,
): Promise<{ rehearsal: Rehearsal; ours: boolean }> {
  const { stack } = plan.spec;
  assertRoot();
  if (runningStacks().includes(stack)) {
    return { rehearsal: Rehearsal.open(stack), ours: false };
  }
  try {
    const rehearsal = await Rehearsal.prepare(plan, drill.services, progress);
    progress(`booting ${rehearsal.machines.map(({ host }) => host.name).join(", ")}`);
    await Promise.all(rehearsal.machines.map((machine) => rehearsal.launch(machine)));
    for (const machine of rehearsal.machines) {
      await machine.waitUntilServing();
    }
    return { rehearsal, ours: true };
  } catch (error) {
    await takeDown(stack);
    throw error;
  }
}

/** Runs a drill and says how it went. */
export async function runDrill(
  drill: Drill,
  rehearsal: Rehearsal,
  progress: (text: string) => void,
): Promise<DrillRecord> {
  const begun = Date.now();
  const { scenarios } = await drill.run(rehearsal, progress);
  return {
    drill: drill.name,
    stack: rehearsal.stack.stack,
    cloud: rehearsal.stack.cloud,
    at: new Date(begun).toISOString(),
    seconds: Math.round((Date.now() - begun) / 1000),
    passed: scenarios.every(({ violations }) => violations.length === 0),
    scenarios,
  };
}
