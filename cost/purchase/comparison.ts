import { estimate, type EstimateArgs } from "../estimate";
import { sumCents, type Estimate, type Line } from "../line";
import type { CloudResource } from "../resource";
import { armTwin } from "./arm";
import { machinePrice, OPTIONS, type PurchaseOption } from "./options";

/** The Scaling Strategy's rules of thumb ("Cost Reduction Strategies"): savings as a fraction of the on-demand price. */
const RULES_OF_THUMB = Object.freeze({ reserved: 0.4, spot: 0.7 });

/** A stack's price under one purchase option. */
export interface PurchaseRow {
  readonly way: PurchaseOption | "arm64";
  readonly cents: number;
  /** The machines' part of the total. */
  readonly machineCents: number;
  /** The machines' price by the Scaling Strategy's rule of thumb; undefined if it has none. */
  readonly ruleOfThumbCents?: number;
  /** Whether any of the prices is an estimate. */
  readonly estimated: boolean;
  readonly note: string;
}

const NOTES: Readonly<Record<PurchaseOption, string>> = {
  "on-demand": "list price; the basis for budgets",
  "sustained-use": "automatic on Google Cloud for machines that run all month: n1, n2, n2d and c2, not e2",
  "reserved-1y": "one-year commitment for machines, no upfront payment; replaces sustained use",
  "reserved-3y": "three-year commitment for machines, no upfront payment; replaces sustained use",
  spot: "only the API's stateless machines; may be reclaimed at any time",
};

/** Every purchase option, on demand first. Options that the cloud does not offer are omitted. */
export function purchaseRows(resources: readonly CloudResource[], args: EstimateArgs): PurchaseRow[] {
  const base = estimate(resources, { ...args, option: "on-demand" });
  const rows = OPTIONS.filter((option) => sold(base, option, args)).map((option): PurchaseRow => {
    const under = estimate(resources, { ...args, option });
    const lines = under.lines.filter(isMachine);
    const rule = ruleOfThumb(base, option);
    return {
      way: option,
      cents: under.cents,
      machineCents: sumCents(lines),
      ...(rule === undefined ? {} : { ruleOfThumbCents: rule }),
      estimated: lines.some(({ estimated }) => estimated),
      note: NOTES[option],
    };
  });
  const arm = armRow(base, args);
  return arm === undefined ? rows : [...rows, arm];
}

/** Whether any machine is sold under the option. */
function sold(base: Estimate, option: PurchaseOption, { book }: EstimateArgs): boolean {
  return (
    option === "on-demand" ||
    base.lines.some(
      ({ machine }) =>
        machine !== undefined &&
        (option !== "spot" || machine.mayBeSpot) &&
        machinePrice(book, machine.type, option) !== undefined,
    )
  );
}

function ruleOfThumb(base: Estimate, option: PurchaseOption): number | undefined {
  const machines = base.lines.filter(isMachine);
  const part = option.startsWith("reserved") ? RULES_OF_THUMB.reserved : option === "spot" ? RULES_OF_THUMB.spot : 0;
  const saved = sumCents(machines.filter(({ machine }) => option !== "spot" || machine!.mayBeSpot)) * part;
  return part === 0 ? undefined : Math.round(sumCents(machines) - saved);
}

/** The same sizes on arm64; undefined if no machine has an equivalent. */
function armRow(base: Estimate, { book }: EstimateArgs): PurchaseRow | undefined {
  const machines = base.lines.filter(isMachine);
  const twins = machines.map(({ machine, count, cents }) => {
    const twin = armTwin(book, machine!.type);
    const price = twin === undefined ? undefined : machinePrice(book, twin, "on-demand");
    return price === undefined ? undefined : Math.min(cents, count * Math.round(price.usd * 100));
  });
  if (twins.every((cents) => cents === undefined)) {
    return undefined;
  }
  const machineCents = machines.reduce((sum, { cents }, index) => sum + (twins[index] ?? cents), 0);
  return {
    way: "arm64",
    cents: base.cents - sumCents(machines) + machineCents,
    machineCents,
    estimated: false,
    note: "the same sizes on arm64, on demand; requires arm64 images, which the stack does not have",
  };
}

function isMachine(line: Line): boolean {
  return line.machine !== undefined;
}
