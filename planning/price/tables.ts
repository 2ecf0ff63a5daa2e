import type { Comparison } from "../../cost/compare";
import type { Lever } from "../../cost/levers";
import { dollars, KINDS, type Line } from "../../cost/line";
import type { CreditRow } from "../../cost/purchase/credits";
import type { PurchaseRow } from "../../cost/purchase/comparison";
import { OWNERS, serviceCents, type Summary } from "../../cost/summary";

/** A price with its lines, levers, purchase options and comparison. */
export interface CostReport {
  readonly summary: Summary;
  readonly lines: readonly Line[];
  readonly levers: readonly Lever[];
  readonly purchase: readonly PurchaseRow[];
  readonly credits: readonly CreditRow[];
  readonly comparison?: Comparison;
  readonly notices: readonly string[];
  /** Whether to print every line. */
  readonly detailed: boolean;
}

/** A table, for a terminal or as Markdown. */
export interface PlainTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The report's tables, in reading order. */
export function tablesOf(report: CostReport): PlainTable[] {
  const { summary, comparison, levers, purchase, credits, lines, detailed } = report;
  return [
    services(summary),
    ...(comparison === undefined ? [] : comparisonTables(comparison)),
    ...(levers.length === 0 ? [] : [leverTable(levers)]),
    ...(comparison === undefined ? [purchaseTable(purchase, summary)] : []),
    ...(credits.length === 0 || comparison !== undefined ? [] : [creditTable(credits)]),
    ...(detailed ? [lineTable(lines)] : []),
    ...(summary.unpriced.length === 0 ? [] : [unpricedTable(summary)]),
  ];
}

function services(summary: Summary): PlainTable {
  const owners = OWNERS.filter((owner) => serviceCents(summary, owner) > 0);
  const kinds = KINDS.filter((kind) => (summary.kinds[kind] ?? 0) > 0);
  const cell = (cents = 0): string => (cents === 0 ? "" : dollars(cents));
  return {
    title: "Dollars a month, by kind and service",
    head: ["", ...owners, "total", "of the budget"],
    rows: [
      ...kinds.map((kind) => [
        kind,
        ...owners.map((owner) => cell(summary.services[owner][kind])),
        cell(summary.kinds[kind]),
        percent(summary.kinds[kind]!, summary.budgetCents),
      ]),
      [
        "total",
        ...owners.map((owner) => dollars(serviceCents(summary, owner))),
        dollars(summary.cents),
        percent(summary.cents, summary.budgetCents),
      ],
    ],
  };
}

function comparisonTables({ from, to, services: changes, machines }: Comparison): PlainTable[] {
  const row = (name: string, before: number, after: number): string[] => [
    name,
    dollars(before),
    dollars(after),
    signed(after - before),
  ];
  return [
    {
      title: `From "${from.what}" to "${to.what}"`,
      head: ["service", "now", "then", "difference"],
      rows: [
        ...changes.map(({ service, fromCents, toCents }) => row(service, fromCents, toCents)),
        row("total", from.cents, to.cents),
        row("budget", from.budgetCents, to.budgetCents),
      ],
    },
    {
      title: "Machines that change",
      head: ["running", "now", "then"],
      rows: machines.map((change) => [change.services, change.from, change.to]),
    },
  ];
}

function leverTable(levers: readonly Lever[]): PlainTable {
  return {
    title: "Largest levers, each on its own",
    head: ["lever", "saves", "how", "risk"],
    rows: levers.map(({ name, savedCents, how, risk }) => [name, dollars(savedCents), how, risk]),
  };
}

function purchaseTable(rows: readonly PurchaseRow[], { budgetCents }: Summary): PlainTable {
  return {
    title: "Purchase options for the machines",
    head: ["option", "total", "of the budget", "machines", "rule of thumb", ""],
    rows: rows.map(({ way, cents, machineCents, ruleOfThumbCents, estimated, note }) => [
      way,
      dollars(cents),
      percent(cents, budgetCents),
      `${dollars(machineCents)}${estimated ? " (estimated)" : ""}`,
      ruleOfThumbCents === undefined ? "" : dollars(ruleOfThumbCents),
      note,
    ]),
  };
}

function creditTable(rows: readonly CreditRow[]): PlainTable {
  return {
    title: "Burstable machines",
    head: ["type", "machines", "vCPU", "baseline vCPU", 'fully used in "unlimited" mode'],
    rows: rows.map(({ type, count, vcpu, baselineVcpu, unlimitedCents }) => [
      type,
      String(count),
      String(vcpu),
      baselineVcpu.toFixed(1),
      `+${dollars(unlimitedCents)}`,
    ]),
  };
}

function lineTable(lines: readonly Line[]): PlainTable {
  return {
    title: "All lines",
    head: ["resource", "item", "quantity", "unit", "a month", "price source"],
    rows: lines.map((line) => [
      line.resource,
      line.item,
      `${line.count === 1 ? "" : `${line.count} x `}${rounded(line.quantity)}${line.assumed ? " (assumed)" : ""}`,
      line.unit,
      dollars(line.cents),
      `${line.source.date ?? "no date"}, ${line.source.what}`,
    ]),
  };
}

function unpricedTable({ unpriced }: Summary): PlainTable {
  return {
    title: "Not in the price",
    head: ["resource", "type", "why"],
    rows: unpriced.map(({ resource, type, reason }) => [resource, type, reason]),
  };
}

/** "94.0 %". */
export function percent(part: number, whole: number): string {
  return `${((part / whole) * 100).toFixed(1)} %`;
}

function signed(cents: number): string {
  return cents > 0 ? `+${dollars(cents)}` : dollars(cents);
}

function rounded(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
