import { HOURS_PER_MONTH } from "../prices/book";
import type { Kind, Machine } from "../line";
import { numberAt, type CloudResource } from "../resource";
import type { Usage } from "../usage";
import type { World } from "./world";

/** What a resource is charged for, before it has a price. */
export interface Charge {
  readonly kind: Kind;
  readonly item: string;
  /** Name of a service's price, or the machine to be priced. */
  readonly price: string | Machine;
  /** How many alike. Default: 1. */
  readonly count?: number;
  /** Units of each a month; for machines, months. Default: 1. */
  readonly quantity?: number;
  /** Whether the quantity follows from the usage and not from the plan. Default: false. */
  readonly assumed?: boolean;
}

/** What a resource of some type is charged for; a text: why that can't be said. */
export type PricingRule = (resource: CloudResource, world: World) => readonly Charge[] | string;

export { HOURS_PER_MONTH as HOURS };

/** A charge for every hour of the month. */
export function hourly(kind: Kind, item: string, price: string, hours = HOURS_PER_MONTH): Charge {
  return { kind, item, price, quantity: hours };
}

/** A charge that follows from how much the stack is used. */
export function used(kind: Kind, item: string, price: string, quantity: number): Charge {
  return { kind, item, price, quantity, assumed: true };
}

/** Machines of one type that run all month. */
export function machines(type: string, count: number, mayBeSpot: boolean): Charge {
  return { kind: "compute", item: type, price: { type, mayBeSpot }, count };
}

/** GB that a bucket keeps, by what it is for. Buckets beyond those of the stack hold nothing that is known. */
export function bucketGb(name: string, usage: Usage, millionQueries: number): number {
  switch (name) {
    case "backups":
      return Object.values(usage.dataGb).reduce((sum, gb) => sum + gb, 0) * usage.backupFactor;
    case "logs":
      return usage.logGbPerMillionQueries * millionQueries;
    default:
      return 0;
  }
}

/** A whole number of things from the inputs, or a default. */
export function countAt(resource: CloudResource, path: string, otherwise: number): number {
  return Math.max(0, numberAt(resource, path) ?? otherwise);
}
