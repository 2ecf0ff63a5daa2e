import type { Cloud } from "../../components/model/cloud";
import { DoesNotFitError } from "../../components/node/placement";
import { estimate } from "../../cost/estimate";
import { configLevers, topLevers, type Lever } from "../../cost/levers";
import type { PurchaseOption } from "../../cost/purchase/options";
import { usageByKey } from "../../cost/usage";
import { ConfigError } from "../../stacks/config/load";
import type { StackPlan } from "../../stacks/plan";
import type { TierName } from "../../stacks/tiers";
import { planFrom } from "../plan";
import { pricePlan, type PricedStack, type PricingArgs } from "./price";

/** The three levers that save most. Each saving is the difference to the price of the changed stack. */
export async function leversOf(
  stack: string,
  settings: readonly string[],
  tier: TierName,
  priced: PricedStack,
  pricing: PricingArgs,
): Promise<Lever[]> {
  const changed: Lever[] = [];
  // The stack's usage stays the same on another tier.
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

/** What a one-year commitment is called on each cloud. */
const COMMITMENT: Readonly<Record<Cloud, string>> = {
  aws: "standard reserved instances, nothing upfront",
  gcp: "committed use discount",
};

/** What the same machines cost less under another purchase option. */
export function purchaseLevers({ resources, args, summary }: PricedStack): Lever[] {
  const saving = (option: PurchaseOption): number => summary.cents - estimate(resources, { ...args, option }).cents;
  return [
    {
      name: "one-year commitment",
      how: COMMITMENT[args.book.cloud],
      risk: "the machines are paid for a year, even if the tier needs fewer",
      savedCents: saving("reserved-1y"),
    },
    {
      name: "spot for the API",
      how: "apiSpotPercent=100 and a smaller on-demand minimum",
      risk: "the cloud may reclaim all API machines at the same time",
      savedCents: saving("spot"),
    },
  ];
}

/** The plan with other settings; undefined if they are not a valid combination. */
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
