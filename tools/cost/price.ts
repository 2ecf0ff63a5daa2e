import { estimate } from "../../cost/estimate";
import { configLevers, topLevers, type Lever } from "../../cost/levers";
import type { PurchaseOption } from "../../cost/purchase/options";
import { plannedResources } from "../../cost/resource";
import { stateResources } from "../../cost/state";
import { DoesNotFitError } from "../../components/node/placement";
import { ConfigError } from "../../stacks/config/load";
import { usageByKey } from "../../cost/usage";
import type { TierName } from "../../stacks/tiers";
import type { StackPlan } from "../../stacks/plan";
import { planFrom, planResources } from "../../planning/plan";
import { priceResources, type PricedStack, type PricingArgs } from "../../planning/price/price";

/** Prices what a plan would deploy. */
export async function pricePlan(plan: StackPlan, pricing: PricingArgs): Promise<PricedStack> {
  const { resources } = await planResources(plan);
  return priceResources(plan, plannedResources(resources), pricing);
}

/** Prices what an exported state says is deployed, with the usage and budget of the stack's config. */
export function priceState(plan: StackPlan, state: unknown, pricing: PricingArgs): PricedStack {
  return priceResources(plan, stateResources(state), pricing, `${plan.spec.tier}, as deployed`);
}

/** The three levers that save most: each is the real price of the changed stack. */
export async function leversOf(
  stack: string,
  settings: readonly string[],
  tier: TierName,
  priced: PricedStack,
  pricing: PricingArgs,
): Promise<Lever[]> {
  const changed: Lever[] = [];
  // Another tier doesn't change how much the stack is used.
  const asNow = { ...pricing, usage: usageByKey(priced.args.usage) };
  for (const { name, settings: change, risk } of configLevers(tier)) {
    const plan = planned(stack, [...settings, ...change]);
    if (plan !== undefined) {
      const other = await pricePlan(plan, asNow);
      changed.push({ name, how: change.join(", "), risk, savedCents: priced.summary.cents - other.summary.cents });
    }
  }
  return topLevers([...changed, ...purchaseLevers(priced)]);
}

/** What buying the same machines in another way saves. */
export function purchaseLevers({ resources, args, summary }: PricedStack): Lever[] {
  const saving = (option: PurchaseOption): number => summary.cents - estimate(resources, { ...args, option }).cents;
  return [
    {
      name: "one year's commitment",
      how: args.book.cloud === "aws" ? "standard reserved instances, nothing upfront" : "committed use discount",
      risk: "the machines are paid for a year, whether the tier still needs them or not",
      savedCents: saving("reserved-1y"),
    },
    {
      name: "spot for the API",
      how: "apiSpotPercent=100, and a smaller minimum on demand",
      risk: "API machines may be taken away at any time, all at once",
      savedCents: saving("spot"),
    },
  ];
}

/** A plan with other settings, or undefined where they don't go together. */
function planned(stack: string, settings: readonly string[]): StackPlan | undefined {
  try {
    return planFrom(stack, settings);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DoesNotFitError) {
      return undefined;
    }
    throw error;
  }
}
