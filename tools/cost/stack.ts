import { BOOK, withOwn, type PriceBook } from "../../cost/book";
import { estimate, type Estimate } from "../../cost/estimate";
import { fromPlan } from "../../cost/resource";
import { usageOf, type Usage } from "../../cost/usage";
import type { StackPlan } from "../../stacks/plan";
import { planResources, type PlannedStack } from "../plan/plan";

/** What a price is reckoned with beside the stack's own config. */
export interface Assumptions {
  readonly usage: Partial<Usage>;
  /** A company's own prices, in the layout of prices.json. */
  readonly own?: unknown;
  readonly discountPercent: number;
}

export const NO_ASSUMPTIONS: Assumptions = { usage: {}, discountPercent: 0 };

export function bookOf({ own }: Assumptions): PriceBook {
  return own === undefined ? BOOK : withOwn(BOOK, own);
}

/** Prices a plan: what the program would register, not what it says of itself. */
export async function costOf(plan: StackPlan, assumptions: Assumptions, planned?: PlannedStack): Promise<Estimate> {
  const { resources } = planned ?? (await planResources(plan));
  const { spec } = plan;
  return estimate({
    cloud: spec.cloud,
    resources: fromPlan(resources),
    book: bookOf(assumptions),
    usage: { ...usageOf(spec.tier), ...assumptions.usage },
    zones: spec.highlyAvailable ? spec.zones.length : 1,
    discountPercent: assumptions.discountPercent,
  });
}
