import type { Service } from "../../components/model/role";
import type { StackPlan } from "../../stacks/plan";
import type { Machine } from "../machine/machine";
import type { Rehearsal } from "../rehearsal";
import type { Progress } from "../system/progress";

/** Plans the stack with further config overrides, as key=value. */
export type Replan = (settings: readonly string[]) => StackPlan;

/** Injects faults into a stack's running nodes and measures the effect. */
export interface Drill {
  readonly name: string;
  readonly description: string;
  /** Services whose nodes it requires. */
  readonly services: readonly Service[];
  /** Config overrides that it requires, as key=value. Default: none. */
  readonly settings?: readonly string[];
  /** Runs the drill. Every figure of the result is measured. */
  run(rehearsal: Rehearsal, progress: Progress, replan: Replan): Promise<DrillResult>;
}

/** Results of a drill. */
export interface DrillResult {
  readonly scenarios: readonly ScenarioResult[];
}

/** A fault and its measured effect. */
export interface ScenarioResult {
  readonly scenario: string;
  /** Figures by name. The name includes the unit. */
  readonly measured: Readonly<Record<string, number | string | boolean>>;
  /** Expectations that were not met. */
  readonly violations: readonly string[];
}

/** The loss of a node's service, and how the node returns. */
export interface NodeFailure {
  readonly inject: (node: Machine) => Promise<void>;
  readonly recover: (node: Machine) => Promise<void>;
}

/** Runs scenarios in order and reports the figures of each. */
export async function runScenarios<T>(
  scenarios: Readonly<Record<string, T>>,
  progress: Progress,
  run: (scenario: T, name: string) => Promise<Omit<ScenarioResult, "scenario">>,
): Promise<DrillResult> {
  const results: ScenarioResult[] = [];
  for (const [name, scenario] of Object.entries(scenarios)) {
    const result = { scenario: name, ...(await run(scenario, name)) };
    progress(JSON.stringify(result.measured));
    results.push(result);
  }
  return { scenarios: results };
}

/** The violation if a condition is false. */
export function expect(condition: boolean, violation: string): string[] {
  return condition ? [] : [violation];
}
