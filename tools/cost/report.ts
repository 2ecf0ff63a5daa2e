import Table from "cli-table3";
import { byServiceAndKind } from "../../cost/estimate";
import { KINDS } from "../../cost/line";
import { dollars, sumOf } from "../../cost/money";
import type { Palette } from "../plan/report";
import type { CostResult } from "./result";

/** Levers shown. */
const LEVERS = 3;
/** Days after which prices are called old. */
const OLD_DAYS = 365;

/** A table, for a terminal or as Markdown. */
type Draw = (head: readonly string[], rows: readonly (readonly string[])[]) => string;

/** The price for people: by service and kind, against the budget, and what would make it less. */
export function report(result: CostResult, { bold, dim }: Palette, today: Date): string {
  return written(result, terminal(bold), { bold, dim }, today);
}

/** The same as Markdown. */
export function markdown(result: CostResult, today: Date): string {
  return written(result, markdownTable, { bold: (text) => `**${text}**`, dim: (text) => text }, today);
}

function written(result: CostResult, draw: Draw, { bold, dim }: Palette, today: Date): string {
  const { stack, cloud, tier, monthlyUsd, budgetUsd, levers, options, estimate } = result;
  const share = Math.round((monthlyUsd / budgetUsd) * 100);
  const left = budgetUsd - monthlyUsd;
  const verdict = left >= 0 ? `${dollars(left)} left` : `${dollars(-left)} over`;
  return `${[
    `${bold(`${stack}: ${dollars(monthlyUsd)} a month`)} (${tier} on ${cloud}; budget ${dollars(budgetUsd)}: ${share} %, ${verdict})`,
    kindTable(result, draw),
    ...(levers.length === 0
      ? []
      : [
          `${bold("What would save most")}\n${draw(
            ["change", "saves a month", "and costs"],
            levers.slice(0, LEVERS).map(({ change, savedUsd, risk }) => [change, dollars(savedUsd), risk]),
          )}`,
        ]),
    `${bold("The same machines, bought otherwise")}\n${draw(
      ["", "a month", ""],
      options.map(({ option, monthlyUsd: price, note }) => [option, dollars(price), note]),
    )}`,
    ...(estimate.unpriced.length === 0
      ? []
      : [
          `${bold("Without a price, not in the sum")}\n${draw(
            ["resource", "type", "why"],
            estimate.unpriced.map(({ resource, type, reason }) => [resource, type, reason]),
          )}`,
        ]),
    dim(footnote(result, today)),
  ].join("\n\n")}\n`;
}

function kindTable({ estimate, monthlyUsd }: CostResult, draw: Draw): string {
  const sums = byServiceAndKind(estimate);
  const amount = (usd: number): string => (usd === 0 ? "" : dollars(usd));
  const total = (kind: (typeof KINDS)[number]): number => sumOf([...sums.values()].map((kinds) => kinds.get(kind)!));
  const used = KINDS.filter((kind) => total(kind) > 0);
  return draw(
    ["", ...used, "together"],
    [
      ...[...sums].map(([service, kinds]) => [
        service,
        ...used.map((kind) => amount(kinds.get(kind)!)),
        amount(sumOf([...kinds.values()])),
      ]),
      ["together", ...used.map((kind) => amount(total(kind))), amount(monthlyUsd)],
    ],
  );
}

function footnote({ usage, prices }: CostResult, today: Date): string {
  const age = Math.floor((today.getTime() - Date.parse(prices.oldest)) / 86_400_000);
  const old = age > OLD_DAYS ? `; the oldest is ${age} days old, look at what matters to you` : "";
  const assumed = Object.entries(usage).map(([name, value]) => `${name}=${String(value)}`);
  return `List prices from ${prices.oldest} to ${prices.newest}, each line's source with --json${old}.\nAssumed (--usage name=value): ${assumed.join(", ")}`;
}

function terminal(bold: (text: string) => string): Draw {
  return (head, rows) => {
    const table = new Table({ head: head.map(bold), style: { head: [], border: [], compact: true } });
    table.push(...rows.map((row) => [...row]));
    return table.toString();
  };
}

/** A table in Markdown. */
export const markdownTable: Draw = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** What changes between two prices, by service. */
export function comparison(base: CostResult, other: CostResult, name: string, palette: Palette | undefined): string {
  const draw = palette === undefined ? markdownTable : terminal(palette.bold);
  const names = [...new Set([...Object.keys(base.services), ...Object.keys(other.services)])].sort();
  const row = (service: string, before: number, after: number): string[] => [
    service,
    dollars(before),
    dollars(after),
    `${after >= before ? "+" : ""}${dollars(after - before)}`,
    before === 0 ? "" : `${after >= before ? "+" : ""}${Math.round((after / before - 1) * 100)} %`,
  ];
  return `${draw(
    ["", "now", name, "difference", ""],
    [
      ...names.map((service) => row(service, base.services[service] ?? 0, other.services[service] ?? 0)),
      row("together", base.monthlyUsd, other.monthlyUsd),
    ],
  )}\n`;
}
