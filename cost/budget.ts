import { dollars, type Estimate } from "./line";
import { largest } from "./summary";

/** Lines that a budget's violation names. */
const NAMED_LINES = 5;

/**
 * What speaks against a budget, for people: empty when the price is at most the budget, otherwise one text with the sum, the
 * excess, the largest lines, and how many resources the sum is without because they have no price.
 */
export function budgetProblems(estimate: Estimate, budgetCents: number): string[] {
  const { cents, lines, unpriced } = estimate;
  if (cents <= budgetCents) {
    return [];
  }
  const named = largest(lines, NAMED_LINES).map(
    (line) => `${line.resource}: ${line.count === 1 ? "" : `${line.count} x `}${line.item} ${dollars(line.cents)}`,
  );
  const missing = unpriced.length === 0 ? "" : `; without ${unpriced.length} that have no price`;
  return [
    `the stack costs ${dollars(cents)} a month, ${dollars(cents - budgetCents)} above its budget of ${dollars(budgetCents)}${missing}; largest: ${named.join(", ")}`,
  ];
}
