/** The schema of a price list, and its validation. */

import { CLOUDS, type Cloud } from "../../components/model/cloud";

/** Source of a price, and the date when it was read; null if the source is undated. */
export interface Source {
  readonly what: string;
  readonly date: string | null;
}

/** A step of a tiered price: applies up to a number of units a month; the last step has no bound. */
export interface Step {
  readonly upTo?: number;
  readonly usd: number;
}

/** Unit price in US dollars: constant, or in steps. */
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
  /** Source of this type's prices, if different from the others'. */
  readonly source?: string;
}

export interface CloudPrices {
  readonly region: string;
  readonly instances: { readonly source: string; readonly types: Readonly<Record<string, InstancePrice>> };
  /** AWS: price of a reservation as a fraction of the on-demand price; exact for `family`, an estimate for others. */
  readonly commitments?: {
    readonly source: string;
    readonly family: string;
    readonly share: { readonly oneYear: number; readonly threeYears: number };
  };
  /** AWS: spot price as a fraction of the on-demand price, for types without a known spot price. */
  readonly spot?: { readonly source: string; readonly share: number };
  readonly services: Readonly<Record<string, ListPrice>>;
}

export interface PriceList extends Readonly<Record<Cloud, CloudPrices>> {
  readonly schema: 2;
  readonly currency: "USD";
  readonly hoursPerMonth: number;
  readonly sources: Readonly<Record<string, Source>>;
}

/** All problems of a price list, each with its path. Empty if it is valid. */
export function priceListProblems(list: unknown): string[] {
  if (!isRecord(list)) {
    return ["a price list must be an object"];
  }
  const sources = isRecord(list.sources) ? list.sources : {};
  return [
    ...(list.schema === 2 ? [] : [`schema: ${show(list.schema)}; must be 2`]),
    ...(list.currency === "USD" ? [] : [`currency: ${show(list.currency)}; must be USD`]),
    ...amount("hoursPerMonth", list.hoursPerMonth),
    ...Object.entries(sources).flatMap(([id, source]) => sourceProblems(`sources.${id}`, source)),
    ...CLOUDS.flatMap((cloud) => cloudProblems(cloud, list[cloud], new Set(Object.keys(sources)))),
  ];
}

function sourceProblems(path: string, source: unknown): string[] {
  if (!isRecord(source) || typeof source.what !== "string" || source.what === "") {
    return [`${path}.what: must name where the price was found`];
  }
  const dated = typeof source.date === "string" && /^\d{4}-\d{2}-\d{2}$/.test(source.date);
  return dated || source.date === null
    ? []
    : [`${path}.date: ${show(source.date)}; must be a date like "2026-07-20", or null`];
}

function cloudProblems(cloud: string, prices: unknown, sources: ReadonlySet<string>): string[] {
  if (!isRecord(prices) || !isRecord(prices.instances) || !isRecord(prices.services)) {
    return [`${cloud}: must have instances and services`];
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
    return [`${path}: must be an object`];
  }
  return [
    ...(price.source === undefined ? [] : known(`${path}.source`, price.source, sources)),
    ...["vcpu", "memGiB", "hourly"].flatMap((name) => amount(`${path}.${name}`, price[name])),
    ...INSTANCE_AMOUNTS.filter((name) => name in price).flatMap((name) => amount(`${path}.${name}`, price[name])),
  ];
}

function serviceProblems(path: string, price: unknown, sources: ReadonlySet<string>): string[] {
  if (!isRecord(price)) {
    return [`${path}: must be an object`];
  }
  return [
    ...(typeof price.unit === "string" ? [] : [`${path}.unit: must be a text`]),
    ...known(`${path}.source`, price.source, sources),
    ...(Array.isArray(price.tiers) ? stepProblems(path, price.tiers) : amount(`${path}.usd`, price.usd)),
  ];
}

function stepProblems(path: string, steps: readonly unknown[]): string[] {
  return steps.flatMap((step, index) => {
    const here = `${path}.tiers[${index}]`;
    if (!isRecord(step)) {
      return [`${here}: must be an object`];
    }
    const previous = steps[index - 1];
    const from = isRecord(previous) ? Number(previous.upTo) : 0;
    const last = index === steps.length - 1;
    const bounded = last ? step.upTo === undefined : typeof step.upTo === "number" && step.upTo > from;
    return [
      ...amount(`${here}.usd`, step.usd),
      ...(bounded ? [] : [`${here}.upTo: ${show(step.upTo)}; must increase, and be omitted on the last step`]),
    ];
  });
}

function known(path: string, source: unknown, sources: ReadonlySet<string>): string[] {
  return typeof source === "string" && sources.has(source)
    ? []
    : [`${path}: ${show(source)}; must be a key of sources`];
}

function amount(path: string, value: unknown): string[] {
  return typeof value === "number" && Number.isFinite(value) && value > 0
    ? []
    : [`${path}: ${show(value)}; must be a number above 0`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "missing";
}
