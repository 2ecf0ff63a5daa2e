import { dollars, type Estimate } from "./line";
import { largest } from "./summary";

/** Number of lines that a budget violation lists. */
const NAMED_LINES = 5;

/**
 * Budget violations as text: none if the price is within the budget, otherwise one with the total, the excess, the largest
 * lines and the number of unpriced resources that the total excludes.
 */
export function budgetProblems(estimate: Estimate, budgetCents: number): string[] {
  const { cents, lines, unpriced } = estimate;
  if (cents <= budgetCents) {
    return [];
  }
  const named = largest(lines, NAMED_LINES).map(
    (line) => `${line.resource}: ${line.count === 1 ? "" : `${line.count} x `}${line.item} ${dollars(line.cents)}`,
  );
  const missing = unpriced.length === 0 ? "" : `; excludes ${unpriced.length} without a price`;
  return [
    `the stack costs ${dollars(cents)} a month, ${dollars(cents - budgetCents)} above its budget of ${dollars(budgetCents)}${missing}; largest: ${named.join(", ")}`,
  ];
}
