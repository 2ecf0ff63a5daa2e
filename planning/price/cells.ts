import { PLACEMENTS, type Placement } from "../../components/node/placement";
import { CLOUDS, type Cloud } from "../../components/model/cloud";
import { parseConfig } from "../../stacks/config/load";
import { planStack, type StackPlan } from "../../stacks/plan";
import { TIER_NAMES, type TierName } from "../../stacks/tiers";
import { LIST_PRICE, pricePlan, type PricedStack } from "./price";

/** A combination of tier, cloud, placement and availability, with its plan and price. */
export interface PricedCell {
  readonly tier: TierName;
  readonly cloud: Cloud;
  readonly placement: Placement;
  readonly highlyAvailable: boolean;
  readonly plan: StackPlan;
  readonly priced: PricedStack;
}

/** The other required config keys. They do not affect the price. */
const REQUIRED = {
  owner: "platform",
  costCentre: "ape",
  apiImage: "registry.example.com/ape/api:1.0.0",
  neo4jLicense: "evaluation",
};

/** Every combination, at list prices and with the tier's usage. */
export async function pricedCells(): Promise<PricedCell[]> {
  const cells: PricedCell[] = [];
  for (const tier of TIER_NAMES) {
    for (const cloud of CLOUDS) {
      for (const placement of PLACEMENTS) {
        for (const highlyAvailable of [false, true]) {
          const plan = planStack(
            parseConfig({
              organization: "organization",
              stack: "example",
              values: { ...REQUIRED, tier, cloud, placement, highAvailability: highlyAvailable },
            }),
          );
          const priced = await pricePlan(plan, LIST_PRICE);
          cells.push({ tier, cloud, placement, highlyAvailable, plan, priced });
        }
      }
    }
  }
  return cells;
}
