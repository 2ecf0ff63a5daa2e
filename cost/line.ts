import type { Cloud } from "../components/platform/platform";
import { rate, type PriceBook, type Rate } from "./book";
import { exactly } from "./money";
import { serviceOf, type PricedResource } from "./resource";
import type { Usage } from "./usage";

export const KINDS = ["compute", "disks", "network", "balancing", "backups", "secrets", "logs"] as const;
/** What money is spent on. */
export type Kind = (typeof KINDS)[number];

/** A part of the monthly price. */
export interface Line {
  readonly service: string;
  readonly kind: Kind;
  /** Name of the resource that it is for. */
  readonly resource: string;
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  /** Of one unit. */
  readonly unitUsd: number;
  readonly monthlyUsd: number;
  /** Where the price is from. */
  readonly source: string;
  /** Of machines: their type. */
  readonly machineType?: string;
}

/** Something that costs money and has no price in the book. */
export interface Unpriced {
  readonly resource: string;
  readonly type: string;
  readonly reason: string;
}

/** What a pricer may know beside its resource. */
export interface Pricing {
  readonly cloud: Cloud;
  readonly book: PriceBook;
  readonly usage: Usage;
  readonly resources: readonly PricedResource[];
  /** Machines that run all month, those of scaling groups at their least. */
  readonly machines: number;
}

export type Priced = Line | Unpriced;
/** Prices one resource. */
export type Pricer = (resource: PricedResource, pricing: Pricing) => readonly Priced[];

export interface Part {
  readonly kind: Kind;
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  /** Path of the price in the book. */
  readonly price: string;
}

/** A line of so many units at a price of the book; without that price it is unpriced. Nothing at all costs nothing. */
export function part(resource: PricedResource, { cloud, book }: Pricing, given: Part): Priced[] {
  const { kind, what, quantity, unit, price } = given;
  const found = rate(book, cloud, price);
  if (found === undefined) {
    return [
      { resource: resource.name, type: resource.type, reason: `${what}: the price book has no ${cloud}.${price}` },
    ];
  }
  return quantity === 0 ? [] : [line(resource, { kind, what, quantity, unit }, found)];
}

export function line(
  resource: PricedResource,
  { kind, what, quantity, unit }: Omit<Part, "price">,
  { usd, source }: Rate,
): Line {
  return {
    service: serviceOf(resource),
    kind,
    resource: resource.name,
    what,
    quantity,
    unit,
    unitUsd: usd,
    monthlyUsd: exactly(quantity * usd),
    source,
  };
}

/** Whether something has a price. */
export function isLine(priced: Priced): priced is Line {
  return "monthlyUsd" in priced;
}
