import list from "../../components/model/prices.json";
import { CLOUDS, type Cloud } from "../../components/model/cloud";
import type { CloudPrices, InstancePrice, ListPrice, PriceList, Source } from "./schema";

/** The price list that ships with the program. */
export const LIST = list as unknown as PriceList;

/** Billed hours of a month. Source: the clouds' price calculators. */
export const HOURS_PER_MONTH = LIST.hoursPerMonth;

/** A customer's agreement: negotiated prices, and a discount on everything else. */
export interface Agreement {
  /** US dollars by "aws.ebs.gp3.storage" or "gcp.instances.n2-standard-4" (an hour). */
  readonly prices?: Readonly<Record<string, number>>;
  /** Percent off every other price, 0 to 100. Default: 0. */
  readonly discountPercent?: number;
}

/** A price with its unit and source. */
export interface Quote {
  /** US dollars for a number of units. */
  readonly of: (quantity: number) => number;
  readonly unit: string;
  readonly source: Source;
}

/** The prices of one cloud with a customer's agreement applied. */
export interface PriceBook {
  readonly cloud: Cloud;
  /** A service's price; undefined if there is none. */
  service(name: string): Quote | undefined;
  /** An instance type's price with the agreement applied; undefined if there is none. */
  instance(type: string): InstancePrice | undefined;
  readonly instances: Source;
  readonly prices: CloudPrices;
  readonly sources: Readonly<Record<string, Source>>;
}

const OWN: Source = { what: "own price book", date: null };

/** The prices of a cloud. Throws RangeError for an invalid agreement. */
export function priceBook(cloud: Cloud, agreement: Agreement = {}, from: PriceList = LIST): PriceBook {
  const problems = agreementProblems(agreement, from);
  if (problems.length > 0) {
    throw new RangeError(problems.join("\n"));
  }
  const prices = from[cloud];
  const own = agreement.prices ?? {};
  const share = 1 - (agreement.discountPercent ?? 0) / 100;
  return {
    cloud,
    prices,
    sources: from.sources,
    instances: from.sources[prices.instances.source]!,
    service: (name) => {
      const price = prices.services[name];
      const agreed = own[`${cloud}.${name}`];
      if (price === undefined) {
        return undefined;
      }
      return agreed === undefined
        ? { of: (quantity) => amount(price, quantity) * share, unit: price.unit, source: from.sources[price.source]! }
        : { of: (quantity) => agreed * quantity, unit: price.unit, source: OWN };
    },
    instance: (type) => {
      const price = prices.instances.types[type];
      const agreed = own[`${cloud}.instances.${type}`];
      if (price === undefined) {
        return undefined;
      }
      return agreed === undefined ? scaled(price, share) : scaled(price, agreed / price.hourly);
    },
  };
}

/** All problems of an agreement. */
export function agreementProblems(agreement: Agreement, from: PriceList = LIST): string[] {
  const { discountPercent: discount = 0, prices = {} } = agreement;
  const exists = (key: string): boolean => {
    const [owner, ...rest] = key.split(".");
    const name = rest.join(".");
    const cloud = CLOUDS.find((each) => each === owner);
    const of = cloud && from[cloud];
    return of !== undefined && (name in of.services || name.replace(/^instances\./, "") in of.instances.types);
  };
  return [
    ...(discount >= 0 && discount <= 100
      ? []
      : [`discountPercent: ${discount}; a number from 0 to 100, for example 12.5`]),
    ...Object.entries(prices).flatMap(([key, usd]) => [
      ...(exists(key)
        ? []
        : [`prices: "${key}" is not a price; for example "aws.nat.gateway" or "gcp.instances.e2-medium"`]),
      ...(Number.isFinite(usd) && usd >= 0 ? [] : [`prices.${key}: ${usd}; US dollars, for example 0.08`]),
    ]),
  ];
}

function amount(price: ListPrice, quantity: number): number {
  if (price.tiers === undefined) {
    return price.usd! * quantity;
  }
  let from = 0;
  let total = 0;
  for (const { upTo = Infinity, usd } of price.tiers) {
    total += Math.max(0, Math.min(quantity, upTo) - from) * usd;
    from = upTo;
  }
  return total;
}

const MONEY = [
  "hourly",
  "hourlySpot",
  "monthlyWithSUD",
  "monthly1yCUD",
  "monthly3yCUD",
  "hourly1yReserved",
  "hourly3yReserved",
] as const;

function scaled(price: InstancePrice, share: number): InstancePrice {
  const money = MONEY.filter((name) => price[name] !== undefined).map((name) => [name, price[name]! * share]);
  return { ...price, ...(Object.fromEntries(money) as Partial<InstancePrice>) };
}
