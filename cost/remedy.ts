import { estimate, type EstimateArgs } from "./estimate";
import type { PurchaseOption } from "./purchase/options";
import type { CloudResource } from "./resource";

/** Ways to pay for machines that hold data, from the one that binds least. */
const BINDING: readonly PurchaseOption[] = ["sustained-use", "reserved-1y", "reserved-3y"];

/** How a stack comes under its budget without any change of what it is. */
export interface Remedy {
  /** Absent: none of the ways to pay is enough. */
  readonly option?: PurchaseOption;
  /** What it costs that way; the least of all ways where none is enough. */
  readonly cents: number;
}

/** The way to pay that binds least and keeps the budget; undefined: the list price keeps it already. */
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
