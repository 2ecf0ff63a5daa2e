import type { Cloud } from "../../components/platform/platform";
import { dateOf } from "../../cost/book";
import { byServiceAndKind, type Estimate } from "../../cost/estimate";
import { sumOf } from "../../cost/money";
import type { PurchaseOption } from "../../cost/purchase";
import type { Usage } from "../../cost/usage";
import type { Lever } from "./levers";

/** What the command found: printed as JSON, and read again to compare with. */
export interface CostResult {
  readonly stack: string;
  readonly cloud: Cloud;
  readonly tier: string;
  readonly monthlyUsd: number;
  readonly budgetUsd: number;
  readonly usage: Usage;
  /** Days of the oldest and the newest price in the sum. */
  readonly prices: { readonly oldest: string; readonly newest: string };
  readonly services: Readonly<Record<string, number>>;
  readonly options: readonly PurchaseOption[];
  readonly levers: readonly Lever[];
  readonly estimate: Estimate;
}

/** Sums by service. */
export function services(estimate: Estimate): Record<string, number> {
  return Object.fromEntries(
    [...byServiceAndKind(estimate)].map(([service, kinds]) => [service, sumOf([...kinds.values()])]),
  );
}

/** When the prices of an estimate are from. */
export function priceDates({ lines }: Estimate): CostResult["prices"] {
  const dates = [...new Set(lines.map(({ source }) => dateOf(source)))].filter((date) => date !== "").sort();
  return { oldest: dates[0] ?? "", newest: dates.at(-1) ?? "" };
}
