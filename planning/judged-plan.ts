import { plannedResources } from "../cost/resource";
import type { Summary } from "../cost/summary";
import type { StackPlan } from "../stacks/plan";
import { resultJson } from "./policy/json";
import type { Parameters } from "./policy/parameters";
import { judgePlan, type PackResult } from "./policy/result";
import { planFrom, planResources, type PlannedStack } from "./plan";
import { LIST_PRICE, priceResources } from "./price/price";

/** A stack's plan, its price and the result of the policies. */
export interface JudgedPlan {
  readonly plan: StackPlan;
  readonly planned: PlannedStack;
  readonly price: Summary;
  readonly policies: PackResult;
}

/** Plans, prices and judges a stack. Throws UsageError, ConfigError or DoesNotFitError. */
export async function judgedPlan(
  stack: string,
  settings: readonly string[] = [],
  parameters: Parameters = {},
): Promise<JudgedPlan> {
  const plan = planFrom(stack, settings);
  const planned = await planResources(plan);
  const { summary: price } = priceResources(plan, plannedResources(planned.resources), LIST_PRICE);
  return { plan, planned, price, policies: judgePlan(plan.spec, planned.judged(), parameters) };
}

/** What `--json` prints, without secrets. */
export function judgedJson({ planned, price, policies }: JudgedPlan): string {
  return `${JSON.stringify({ ...planned, price, policies: resultJson(policies) }, null, 2)}\n`;
}
