import type { Cloud } from "../components/platform/platform";
import prices from "../components/platform/prices.json";

/** A price with where it is from. */
export interface Rate {
  readonly usd: number;
  readonly source: string;
}

/** Prices of one cloud, as prices.json has them. */
export type PriceBook = Readonly<Record<Cloud, Section>>;

interface Section {
  readonly region: string;
  readonly sources: { readonly instances: string };
  readonly instances: Readonly<Record<string, PricedMachine>>;
  readonly [part: string]: unknown;
}

/** A machine type's prices; which of them there are depends on the cloud. */
export interface PricedMachine {
  readonly vcpu: number;
  readonly memGiB: number;
  /** On demand, list price. */
  readonly hourly: number;
  readonly hourlySpot?: number;
  /** Google's discount for a whole month's use, given without asking. */
  readonly monthlyWithSUD?: number;
  readonly monthly1yCUD?: number;
  readonly monthly3yCUD?: number;
}

/** The prices that come with the program. Their sources and dates stand beside them. */
export const BOOK: PriceBook = prices;

/** A price by its path in the book, for example "ebs.gp3GbMonth"; undefined when the book has none. */
export function rate(book: PriceBook, cloud: Cloud, path: string): Rate | undefined {
  const found = path
    .split(".")
    .reduce<unknown>((part, name) => (part as Readonly<Record<string, unknown>> | undefined)?.[name], book[cloud]);
  const { usd, source } = (typeof found === "object" && found !== null ? found : {}) as Partial<Rate>;
  return usd === undefined || source === undefined ? undefined : { usd, source };
}

/** A machine type's prices; undefined when the book doesn't know the type. */
export function machine(book: PriceBook, cloud: Cloud, type: string): PricedMachine | undefined {
  return book[cloud].instances[type];
}

/** The newest day that a source names, "2026-07-20"; empty when it names none. */
export function dateOf(source: string): string {
  return (
    source
      .match(/\b20\d\d-\d\d(?:-\d\d)?\b/g)
      ?.sort()
      .at(-1) ?? ""
  );
}

/** Prices with a company's own on top: what it has agreed with a cloud, in the book's own layout. */
export function withOwn(book: PriceBook, own: unknown): PriceBook {
  return merged(book, own) as PriceBook;
}

function merged(base: unknown, top: unknown): unknown {
  if (!isObject(base) || !isObject(top)) {
    return top ?? base;
  }
  const names = new Set([...Object.keys(base), ...Object.keys(top)]);
  return Object.fromEntries([...names].map((name) => [name, merged(base[name], top[name])]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
