import type { Service } from "../components/model/role";
import type { Source } from "./prices/schema";

export const KINDS = [
  "compute",
  "disks",
  "backups",
  "network",
  "load balancer",
  "transfer",
  "logs",
  "monitoring",
  "secrets and keys",
  "kubernetes",
] as const;
/** Kind of cost. */
export type Kind = (typeof KINDS)[number];

/** Owner of a line: a service, or the stack as a whole. */
export type Owner = Service | "stack";

/** One line of the monthly bill. */
export interface Line {
  readonly urn: string;
  readonly resource: string;
  /** Services that share it, equally unless shares are given; ["stack"] for shared infrastructure. */
  readonly owners: readonly Owner[];
  readonly kind: Kind;
  /** For example "t3a.xlarge, on demand". */
  readonly item: string;
  /** Number of identical items, for example members of a scaling group. */
  readonly count: number;
  /** Units per item. */
  readonly quantity: number;
  readonly unit: string;
  /** US cents in total: rounded per item, then multiplied, so that twice as many cost exactly twice as much. */
  readonly cents: number;
  readonly source: Source;
  /** Whether the quantity derives from assumed usage, not from the plan. */
  readonly assumed: boolean;
  /** Whether the price is an estimate: none is known for this exact type. */
  readonly estimated: boolean;
  /** The machine behind a compute line. */
  readonly machine?: Machine;
}

/** What a compute line buys. */
export interface Machine {
  readonly type: string;
  /** Whether losing it costs neither data nor a quorum. */
  readonly mayBeSpot: boolean;
  /** Whether the plan requests spot capacity. Default: false. */
  readonly isSpot?: boolean;
}

/** A resource without a known price. */
export interface Unpriced {
  readonly urn: string;
  readonly resource: string;
  readonly type: string;
  readonly reason: string;
}

/** Monthly cost of a set of resources. */
export interface Estimate {
  readonly lines: readonly Line[];
  readonly unpriced: readonly Unpriced[];
  /** The sum of the lines. */
  readonly cents: number;
}

/** Sum of lines in cents. */
export function sumCents(lines: readonly Pick<Line, "cents">[]): number {
  return lines.reduce((total, { cents }) => total + cents, 0);
}

/** Cents as dollars: "$1,234.50", "-$3.00". */
export function dollars(cents: number): string {
  const text = (Math.abs(cents) / 100).toLocaleString("en-US", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  return `${cents < 0 ? "-" : ""}$${text}`;
}
