import { join } from "node:path";
import { TIERS } from "../../stacks/tiers";
import type { PricedCell } from "../../planning/price/cells";
import { chart } from "../../planning/price/chart";
import { configurationPage } from "./configuration";
import { costPage } from "./cost";
import { policiesPage } from "./policies";
import { pulumiYaml } from "./pulumi-yaml";

const ROOT = join(__dirname, "../..");

/** A file that derives from code, with what it must hold. */
export interface Generated {
  readonly path: string;
  readonly content: string;
}

/** What derives from the table of config keys. */
export function fromKeys(): Generated[] {
  return [
    { path: join(ROOT, "Pulumi.yaml"), content: pulumiYaml() },
    { path: join(ROOT, "docs/configuration.md"), content: configurationPage() },
  ];
}

/** What derives from the rules of the policy pack. */
export function fromRules(): Generated[] {
  return [{ path: join(ROOT, "docs/policies.md"), content: policiesPage() }];
}

/** What derives from prices, which need every cell. */
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
