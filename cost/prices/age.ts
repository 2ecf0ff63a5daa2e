import type { Line } from "../line";
import type { PriceBook } from "./book";

/** Days after which a price list should be refreshed. Ours: both clouds change single list prices a few times a year. */
export const STALE_AFTER_DAYS = 180;

const MS_PER_DAY = 86_400_000;

/** What to know about the age of the prices behind some lines, on a day; empty when all are fresh. */
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
          `${worth(stale)} of it are prices older than ${STALE_AFTER_DAYS} days, the oldest of ${stale[0]!.date}: npm run prices:refresh`,
        ]),
    ...(undated.length === 0 ? [] : [`${worth(undated)} of it are prices whose source bears no date`]),
  ];
}

/** What to know when a stack stands in another region than the one whose prices are known. */
export function regionNotices({ prices }: PriceBook, region: string): string[] {
  return prices.region === region
    ? []
    : [`the prices are those of ${prices.region}; ${region} has its own: give them with --price-book`];
}

function ageDays(date: string, today: Date): number {
  return (today.getTime() - Date.parse(date)) / MS_PER_DAY;
}
