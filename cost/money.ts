/** Hours of a month by which clouds price: 365 days of 24 hours, a twelfth. */
export const HOURS_PER_MONTH = 730;

/**
 * An amount to the millionth of a dollar, so that sums don't depend on their order and a line that is there twice costs
 * exactly twice as much.
 */
export function exactly(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}

/** The sum of amounts, to the millionth of a dollar. */
export function sumOf(amounts: readonly number[]): number {
  return exactly(amounts.reduce((total, amount) => total + amount, 0));
}

/** "$1,234.56". */
export function dollars(usd: number): string {
  return usd.toLocaleString("en-US", { style: "currency", currency: "USD" });
}
