import { parseConfig } from "../../stacks/config/load";
import { planStack, type StackPlan } from "../../stacks/plan";
import { PLACEMENTS, type Placement } from "../../components/node/placement";
import { CLOUDS, type Cloud } from "../../components/model/cloud";
import { TIER_NAMES, type TierName } from "../../stacks/tiers";

/** A combination of the main config keys. */
export interface Cell {
  readonly name: string;
  readonly tier: TierName;
  readonly cloud: Cloud;
  readonly placement: Placement;
  readonly highlyAvailable: boolean;
}

/** Every tier on every cloud, in both placements, single and highly available. */
export const CELLS: readonly Cell[] = TIER_NAMES.flatMap((tier) =>
  CLOUDS.flatMap((cloud) =>
    PLACEMENTS.flatMap((placement) =>
      [false, true].map((highlyAvailable) => ({
        name: [tier, cloud, placement, highlyAvailable ? "ha" : "single"].join("-"),
        tier,
        cloud,
        placement,
        highlyAvailable,
      })),
    ),
  ),
);

const BASE = {
  owner: "platform",
  costCentre: "ape",
  apiImage: "registry.example.com/ape/api:1.0.0",
  neo4jLicense: "evaluation",
};

/** The plan of a cell with config overrides. */
export function planCell(cell: Cell, values: Readonly<Record<string, unknown>> = {}): StackPlan {
  const { tier, cloud, placement, highlyAvailable } = cell;
  return planStack(
    parseConfig({
      organization: "organization",
      stack: "test",
      values: { ...BASE, tier, cloud, placement, highAvailability: highlyAvailable, ...values },
    }),
  );
}
