/** The shape of a price list, and what is wrong with one that doesn't have it. */

import { CLOUDS, type Cloud } from "../../components/model/cloud";

/** Where a price was found, and when it was read; null: the source bears no date. */
export interface Source {
  readonly what: string;
  readonly date: string | null;
}

/** A step of a tiered price: applies up to so many units a month; the last one has no end. */
export interface Step {
  readonly upTo?: number;
  readonly usd: number;
}

/** What one unit of something costs in US dollars: always the same, or by steps. */
export interface ListPrice {
  readonly usd?: number;
  readonly tiers?: readonly Step[];
  readonly unit: string;
  /** A key of `sources`. */
  readonly source: string;
  readonly note?: string;
}

/** Prices of one instance type in US dollars. Hourly unless the name says otherwise. */
export interface InstancePrice {
  readonly vcpu: number;
  readonly guestVcpu?: number;
  readonly memGiB: number;
  readonly hourly: number;
  readonly hourlySpot?: number;
  /** Google Cloud: 730 hours with the sustained-use discount, which needs no commitment. */
  readonly monthlyWithSUD?: number;
  /** Google Cloud: 730 hours with a commitment, which replaces the sustained-use discount. */
  readonly monthly1yCUD?: number;
  readonly monthly3yCUD?: number;
  /** AWS: with a standard reservation, nothing upfront. */
  readonly hourly1yReserved?: number;
  readonly hourly3yReserved?: number;
  readonly arch?: string;
  /** Where this type's prices are from, when not where the others' are. */
  readonly source?: string;
}

export interface CloudPrices {
  readonly region: string;
  readonly instances: { readonly source: string; readonly types: Readonly<Record<string, InstancePrice>> };
  /** AWS: part of the on-demand price that a reservation costs; exact for `family`, an estimate for the others. */
  readonly commitments?: {
    readonly source: string;
    readonly family: string;
    readonly share: { readonly oneYear: number; readonly threeYears: number };
  };
  /** AWS: part of the on-demand price that spot costs where a type has no spot price of its own. */
  readonly spot?: { readonly source: string; readonly share: number };
  readonly services: Readonly<Record<string, ListPrice>>;
}

export interface PriceList extends Readonly<Record<Cloud, CloudPrices>> {
  readonly schema: 2;
  readonly currency: "USD";
  readonly hoursPerMonth: number;
  readonly sources: Readonly<Record<string, Source>>;
}

/** Everything that is wrong with a price list, each line with the place it is about. Empty: it can be used. */
export function priceListProblems(list: unknown): string[] {
  if (!isRecord(list)) {
    return ["a price list is an object"];
  }
  const sources = isRecord(list.sources) ? list.sources : {};
  return [
    ...(list.schema === 2 ? [] : [`schema: ${show(list.schema)}; this program reads 2`]),
    ...(list.currency === "USD" ? [] : [`currency: ${show(list.currency)}; only USD`]),
    ...amount("hoursPerMonth", list.hoursPerMonth),
    ...Object.entries(sources).flatMap(([id, source]) => sourceProblems(`sources.${id}`, source)),
    ...CLOUDS.flatMap((cloud) => cloudProblems(cloud, list[cloud], new Set(Object.keys(sources)))),
  ];
}

function sourceProblems(path: string, source: unknown): string[] {
  if (!isRecord(source) || typeof source.what !== "string" || source.what === "") {
    return [`${path}.what: says where the price was found`];
  }
  const dated = typeof source.date === "string" && /^\d{4}-\d{2}-\d{2}$/.test(source.date);
  return dated || source.date === null ? [] : [`${path}.date: ${show(source.date)}; a day like "2026-07-20", or null`];
}

function cloudProblems(cloud: string, prices: unknown, sources: ReadonlySet<string>): string[] {
  if (!isRecord(prices) || !isRecord(prices.instances) || !isRecord(prices.services)) {
    return [`${cloud}: needs instances and services`];
  }
  const types = isRecord(prices.instances.types) ? prices.instances.types : {};
  return [
    ...known(`${cloud}.instances.source`, prices.instances.source, sources),
    ...Object.entries(types).flatMap(([type, price]) =>
      instanceProblems(`${cloud}.instances.types.${type}`, price, sources),
    ),
    ...Object.entries(prices.services).flatMap(([name, price]) =>
      serviceProblems(`${cloud}.services.${name}`, price, sources),
    ),
  ];
}

const INSTANCE_AMOUNTS = [
  "hourlySpot",
  "monthlyWithSUD",
  "monthly1yCUD",
  "monthly3yCUD",
  "hourly1yReserved",
  "hourly3yReserved",
] as const;

function instanceProblems(path: string, price: unknown, sources: ReadonlySet<string>): string[] {
  if (!isRecord(price)) {
    return [`${path}: an object`];
  }
  return [
    ...(price.source === undefined ? [] : known(`${path}.source`, price.source, sources)),
    ...["vcpu", "memGiB", "hourly"].flatMap((name) => amount(`${path}.${name}`, price[name])),
    ...INSTANCE_AMOUNTS.filter((name) => name in price).flatMap((name) => amount(`${path}.${name}`, price[name])),
  ];
}

function serviceProblems(path: string, price: unknown, sources: ReadonlySet<string>): string[] {
  if (!isRecord(price)) {
    return [`${path}: an object`];
  }
  return [
    ...(typeof price.unit === "string" ? [] : [`${path}.unit: what it is a price of`]),
    ...known(`${path}.source`, price.source, sources),
    ...(Array.isArray(price.tiers) ? stepProblems(path, price.tiers) : amount(`${path}.usd`, price.usd)),
  ];
}

function stepProblems(path: string, steps: readonly unknown[]): string[] {
  return steps.flatMap((step, index) => {
    const here = `${path}.tiers[${index}]`;
    if (!isRecord(step)) {
      return [`${here}: an object`];
    }
    const previous = steps[index - 1];
    const from = isRecord(previous) ? Number(previous.upTo) : 0;
    const last = index === steps.length - 1;
    const bounded = last ? step.upTo === undefined : typeof step.upTo === "number" && step.upTo > from;
    return [
      ...amount(`${here}.usd`, step.usd),
      ...(bounded ? [] : [`${here}.upTo: ${show(step.upTo)}; rising, and none on the last step`]),
    ];
  });
}

function known(path: string, source: unknown, sources: ReadonlySet<string>): string[] {
  return typeof source === "string" && sources.has(source) ? [] : [`${path}: ${show(source)}; one of sources`];
}

function amount(path: string, value: unknown): string[] {
  return typeof value === "number" && Number.isFinite(value) && value > 0
    ? []
    : [`${path}: ${show(value)}; a number above 0`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "absent";
}
