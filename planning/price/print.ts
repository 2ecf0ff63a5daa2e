import Table from "cli-table3";
import { dollars } from "../../cost/line";
import type { Palette } from "../palette";
import { percent, tablesOf, type CostReport, type PlainTable } from "./tables";

/** The report as text for a terminal. */
export function printed(report: CostReport, { bold, dim }: Palette): string {
  const { stack, what, cloud } = report.summary;
  return `${[
    bold(`${stack}: ${what}`) + dim(`\n${cloud}, list prices unless stated otherwise`),
    ...tablesOf(report).map((table) => `${bold(table.title)}\n${drawn(table, bold)}`),
    verdict(report),
  ].join("\n\n")}\n`;
}

/** The report as Markdown, for a pull request's comment. */
export function markdown(report: CostReport): string {
  const { stack, what } = report.summary;
  return `${[
    `### Price of \`${stack}\`: ${what}`,
    verdict(report).replaceAll("\n", "  \n"),
    ...tablesOf(report).map((table) => `**${table.title}**\n\n${markdownTable(table)}`),
  ].join("\n\n")}\n`;
}

/** The total against the budget, and the notices. */
function verdict({ summary, notices }: CostReport): string {
  const { cents, budgetCents } = summary;
  const room = budgetCents - cents;
  return [
    `${dollars(cents)} a month, ${percent(cents, budgetCents)} of the budget of ${dollars(budgetCents)}: ${
      room >= 0 ? `${dollars(room)} left` : `${dollars(-room)} over budget`
    }`,
    ...notices,
  ].join("\n");
}

function drawn({ head, rows }: PlainTable, bold: (text: string) => string): string {
  const table = new Table({ head: head.map(bold), style: { head: [], border: [], compact: true } });
  rows.forEach((row) => table.push([...row]));
  return table.toString();
}

/** A table as Markdown. */
export function markdownTable({ head, rows }: Pick<PlainTable, "head" | "rows">): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}
