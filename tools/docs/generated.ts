import { join } from "node:path";
import { TIERS } from "../../stacks/tiers";
import { picture } from "../../planning/picture";
import { planFrom } from "../../planning/plan";
import type { PricedCell } from "../../planning/price/cells";
import { chart } from "../../planning/price/chart";
import { configurationPage } from "./configuration";
import { costPage } from "./cost";
import { policiesPage } from "./policies";
import { pulumiYaml } from "./pulumi-yaml";

const ROOT = join(__dirname, "../..");

/** A file that is generated from code, with its current content. */
export interface Generated {
  readonly path: string;
  readonly content: string;
}

/** The files generated from the table of config keys. */
export function fromKeys(): Generated[] {
  return [
    { path: join(ROOT, "Pulumi.yaml"), content: pulumiYaml() },
    { path: join(ROOT, "docs/configuration.md"), content: configurationPage() },
  ];
}

/** The page generated from the rules of the policy pack. */
export function fromRules(): Generated[] {
  return [{ path: join(ROOT, "docs/policies.md"), content: policiesPage() }];
}

/** The picture of the stack that README shows. */
export function fromStack(): Generated[] {
  return [{ path: join(ROOT, "docs/architecture.svg"), content: picture(planFrom("prod", [])) }];
}

/** The page and chart generated from the prices of all cells. */
export function fromPrices(cells: readonly PricedCell[]): Generated[] {
  const bars = cells.filter(
    ({ tier, placement, highlyAvailable }) =>
      placement === "packed" && highlyAvailable === TIERS[tier].highAvailability,
  );
  return [
    { path: join(ROOT, "docs/cost.md"), content: costPage(cells) },
    {
      path: join(ROOT, "docs/cost.svg"),
      content: chart(bars.map(({ tier, cloud, priced }) => ({ tier, cloud, summary: priced.summary }))),
    },
  ];
}
