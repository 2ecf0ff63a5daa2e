import { estimate, type EstimateArgs } from "./estimate";
import type { PurchaseOption } from "./purchase/options";
import type { CloudResource } from "./resource";

/** Purchase options for machines that hold data, least commitment first. */
const BINDING: readonly PurchaseOption[] = ["sustained-use", "reserved-1y", "reserved-3y"];

/** How a stack meets its budget without changing its config. */
export interface Remedy {
  /** Undefined: no purchase option is sufficient. */
  readonly option?: PurchaseOption;
  /** Price with this option; the lowest of all options if none is sufficient. */
  readonly cents: number;
}

/** The purchase option with the least commitment that meets the budget; undefined if the list price already does. */
export function remedyFor(
  resources: readonly CloudResource[],
  args: EstimateArgs,
  budgetCents: number,
): Remedy | undefined {
  const under = (option: PurchaseOption): number => estimate(resources, { ...args, option }).cents;
  if (under("on-demand") <= budgetCents) {
    return undefined;
  }
  const ways = BINDING.map((option) => ({ option, cents: under(option) }));
  return ways.find(({ cents }) => cents <= budgetCents) ?? { cents: Math.min(...ways.map(({ cents }) => cents)) };
}
