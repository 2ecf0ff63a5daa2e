import { HOURS_PER_MONTH } from "../prices/book";
import type { Kind, Machine } from "../line";
import { numberAt, type CloudResource } from "../resource";
import type { Usage } from "../usage";
import type { World } from "./world";

/** A charge for a resource, before pricing. */
export interface Charge {
  readonly kind: Kind;
  readonly item: string;
  /** Name of a service's price, or the machine to price. */
  readonly price: string | Machine;
  /** Number of identical items. Default: 1. */
  readonly count?: number;
  /** Units per item and month; for machines, months. Default: 1. */
  readonly quantity?: number;
  /** Whether the quantity derives from assumed usage. Default: false. */
  readonly assumed?: boolean;
}

/** The charges for a resource, or the reason why they can't be determined. */
export type PricingRule = (resource: CloudResource, world: World) => readonly Charge[] | string;

export { HOURS_PER_MONTH as HOURS };

/** A charge per hour, for the whole month. */
export function hourly(kind: Kind, item: string, price: string, hours = HOURS_PER_MONTH): Charge {
  return { kind, item, price, quantity: hours };
}

/** A charge that depends on usage. */
export function used(kind: Kind, item: string, price: string, quantity: number): Charge {
  return { kind, item, price, quantity, assumed: true };
}

/** Machines of one type, running all month. */
export function machines(type: string, count: number, mayBeSpot: boolean): Charge {
  return { kind: "compute", item: type, price: { type, mayBeSpot }, count };
}

/** GB stored in a bucket, by its purpose. Unknown buckets count as empty. */
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

/** The purpose of the bucket with the nodes' orders and statuses. */
export const BOOTSTRAP_BUCKET = "bootstrap";

/** A non-negative number at a path of the inputs, or a default. */
export function countAt(resource: CloudResource, path: string, otherwise: number): number {
  return Math.max(0, numberAt(resource, path) ?? otherwise);
}
