import type { Line } from "../line";
import type { PriceBook } from "./book";

/** Days after which a price list should be refreshed. Ours: clouds change individual list prices a few times a year. */
export const STALE_AFTER_DAYS = 180;

const MS_PER_DAY = 86_400_000;

/** Notices on outdated prices behind some lines; none if all are recent. */
export function ageNotices(lines: readonly Line[], today: Date): string[] {
  const sources = [...new Map(lines.map(({ source }) => [source.what, source])).values()];
  const undated = sources.filter(({ date }) => date === null);
  const stale = sources
    .filter(({ date }) => date !== null && ageDays(date, today) > STALE_AFTER_DAYS)
    .sort((a, b) => (a.date! < b.date! ? -1 : a.date! > b.date! ? 1 : a.what < b.what ? -1 : 1));
  const worth = (of: readonly { what: string }[]): string => {
    const names = new Set(of.map(({ what }) => what));
    const cents = lines.filter(({ source }) => names.has(source.what)).reduce((sum, line) => sum + line.cents, 0);
    return `$${(cents / 100).toFixed(2)}`;
  };
  return [
    ...(stale.length === 0
      ? []
      : [
          `${worth(stale)} of the total uses prices older than ${STALE_AFTER_DAYS} days, the oldest from ${stale[0]!.date}: npm run prices:refresh`,
        ]),
    ...(undated.length === 0 ? [] : [`${worth(undated)} of the total uses prices from an undated source`]),
  ];
}

/** Notice for a stack in a region other than the price list's. */
export function regionNotices({ prices }: PriceBook, region: string): string[] {
  return prices.region === region
    ? []
    : [`prices are those of ${prices.region}; pass the prices of ${region} with --price-book`];
}

function ageDays(date: string, today: Date): number {
  return (today.getTime() - Date.parse(date)) / MS_PER_DAY;
}
