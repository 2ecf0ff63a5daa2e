import type { StackPlan } from "../../stacks/plan";
import { assertRoot } from "../system/preflight";
import type { Progress } from "../system/progress";
import { Rehearsal } from "../rehearsal";
import { runningStacks, takeDown } from "../running";
import type { Drill, DrillResult, Replan } from "./drill";

/** The stored result of a drill. */
export interface DrillRecord extends DrillResult {
  readonly drill: string;
  readonly stack: string;
  readonly cloud: string;
  /** Start time, ISO 8601. */
  readonly at: string;
  readonly seconds: number;
  readonly passed: boolean;
}

/** Opens the stack's running nodes, or boots those that a drill requires. After a failed boot nothing remains. */
export async function bootForDrill(drill: Drill, plan: StackPlan, progress: Progress): Promise<Rehearsal> {
  const { stack } = plan.spec;
  assertRoot();
  if (runningStacks().includes(stack)) {
    return Rehearsal.open(stack);
  }
  try {
    const rehearsal = await Rehearsal.prepare(plan, drill.services, progress);
    progress(`booting ${rehearsal.machines.map(({ host }) => host.name).join(", ")}`);
    await Promise.all(rehearsal.machines.map((machine) => rehearsal.launch(machine)));
    await Promise.all(
      rehearsal.machines.map((machine) =>
        machine.waitUntilServing((step, detail) => progress(`${machine.host.name}: ${step}`, detail)),
      ),
    );
    return rehearsal;
  } catch (error) {
    await takeDown(stack);
    throw error;
  }
}

/** Runs a drill and returns its result. */
export async function runDrill(
  drill: Drill,
  rehearsal: Rehearsal,
  progress: Progress,
  replan: Replan,
): Promise<DrillRecord> {
  const begun = Date.now();
  const { scenarios } = await drill.run(rehearsal, progress, replan);
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
