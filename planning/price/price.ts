import { estimate, type EstimateArgs } from "../../cost/estimate";
import type { Estimate } from "../../cost/line";
import { priceBook, type Agreement } from "../../cost/prices/book";
import type { PurchaseOption } from "../../cost/purchase/options";
import { plannedResources, type CloudResource } from "../../cost/resource";
import { sharesOf } from "../../cost/shares";
import { stateResources } from "../../cost/state";
import { summarize, type Summary } from "../../cost/summary";
import { usageOf, withUsage } from "../../cost/usage";
import type { StackPlan } from "../../stacks/plan";
import { planResources } from "../plan";

/** How to price resources. */
export interface PricingArgs {
  readonly agreement: Agreement;
  /** Usage assumptions by name, which replace the tier's. */
  readonly usage: Readonly<Record<string, unknown>>;
  readonly option: PurchaseOption;
}

/** The resources of a stack with their price. */
export interface PricedStack {
  readonly resources: readonly CloudResource[];
  readonly estimate: Estimate;
  readonly summary: Summary;
  readonly args: EstimateArgs;
}

/** On-demand list prices with the tier's usage. Budgets are compared with this price. */
export const LIST_PRICE: PricingArgs = Object.freeze({ agreement: {}, usage: {}, option: "on-demand" });

/** Prices what a plan would deploy. */
export async function pricePlan(plan: StackPlan, pricing: PricingArgs): Promise<PricedStack> {
  const { resources } = await planResources(plan);
  return priceResources(plan, plannedResources(resources), pricing);
}

/** Prices the resources of an exported state, with the usage and budget of the stack's config. Throws StateError. */
export function priceState(plan: StackPlan, state: unknown, pricing: PricingArgs): PricedStack {
  return priceResources(plan, stateResources(state), pricing, `${plan.spec.tier}, as deployed`);
}

/** Prices resources with the usage, budget and shared nodes of the stack's plan. */
export function priceResources(
  plan: StackPlan,
  resources: readonly CloudResource[],
  pricing: PricingArgs,
  what = describe(plan),
): PricedStack {
  const { spec } = plan;
  const args = estimateArgs(plan, pricing);
  const priced = estimate(resources, args);
  const summary = summarize(priced, {
    stack: spec.stack,
    cloud: spec.cloud,
    what,
    budgetCents: Math.round(spec.budgetUsd * 100),
    shares: sharesOf(plan),
  });
  return { resources, estimate: priced, summary, args };
}

function estimateArgs({ spec }: StackPlan, { agreement, usage, option }: PricingArgs): EstimateArgs {
  return {
    book: priceBook(spec.cloud, agreement),
    usage: withUsage(usageOf(spec.tier), usage),
    option,
  };
}

/** "t3 on aws, packed, highly available". */
function describe({ spec }: StackPlan): string {
  return `${spec.tier} on ${spec.cloud}, ${spec.placement}, ${spec.highlyAvailable ? "highly available" : "single"}`;
}
