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
/** What a line is paid for. */
export type Kind = (typeof KINDS)[number];

/** Whose a line is: a service's, or the stack's as a whole. */
export type Owner = Service | "stack";

/** One line of the bill for a month. */
export interface Line {
  readonly urn: string;
  readonly resource: string;
  /** Services that share it in equal parts, unless the estimate is told better; ["stack"]: everybody's. */
  readonly owners: readonly Owner[];
  readonly kind: Kind;
  /** For example "t3a.xlarge, on demand". */
  readonly item: string;
  /** How many alike: the members of a scaling group. */
  readonly count: number;
  /** Units of each. */
  readonly quantity: number;
  readonly unit: string;
  /** US cents of all together: each rounded, then counted, so that twice as many cost exactly twice as much. */
  readonly cents: number;
  readonly source: Source;
  /** Whether the quantity is an assumption on usage rather than in the plan. */
  readonly assumed: boolean;
  /** Whether the price is an estimate: none is known for this very type. */
  readonly estimated: boolean;
  /** The machine behind a compute line. */
  readonly machine?: Machine;
}

/** What a compute line buys. */
export interface Machine {
  readonly type: string;
  /** Whether its loss loses no data and no majority. */
  readonly mayBeSpot: boolean;
  /** Whether the plan itself asks for spot. Default: false. */
  readonly isSpot?: boolean;
}

/** A resource of which no price is known. */
export interface Unpriced {
  readonly urn: string;
  readonly resource: string;
  readonly type: string;
  readonly reason: string;
}

/** What a set of resources costs a month. */
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
