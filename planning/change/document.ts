import Table from "cli-table3";
import { groupBy } from "../../policy/group-by";
import type { Palette } from "../palette";
import { markdownTable } from "../price/print";
import type { PlainTable } from "../price/tables";
import type { Check, CheckResult } from "./check";

/** A report to print or to keep. */
export interface Document {
  readonly title: string;
  /** The result in one line. */
  readonly verdict: string;
  readonly sections: readonly Section[];
}

/** An empty section is left out. */
export type Section =
  | PlainTable
  | { readonly title: string; readonly lines: readonly string[]; readonly shell: boolean }
  | { readonly title: string; readonly checks: readonly Check[] };

/** The document as text for a terminal. */
export function documentText({ title, verdict, sections }: Document, palette: Palette): string {
  const { bold } = palette;
  const parts = sections.filter(hasContent).map((section) => `${bold(section.title)}\n${textOf(section, palette)}`);
  return `${[bold(title), ...parts, bold(verdict)].join("\n\n")}\n`;
}

function textOf(section: Section, { bold, dim, red }: Palette): string {
  if ("rows" in section) {
    return drawn(section, bold);
  }
  if ("lines" in section) {
    return section.lines.map((line) => `  ${line}`).join("\n");
  }
  return section.checks
    .map(({ title, result, evidence }) => {
      const line = `${SIGNS[result]} ${title}`;
      return `${result === "fail" ? red(line) : line}\n    ${dim(evidence)}`;
    })
    .join("\n");
}

/** The document as Markdown. */
export function documentMarkdown({ title, verdict, sections }: Document): string {
  const parts = sections.filter(hasContent).map((section) => `## ${section.title}\n\n${markdownOf(section)}`);
  return `${[`# ${title}`, verdict, ...parts].join("\n\n")}\n`;
}

function markdownOf(section: Section): string {
  if ("rows" in section) {
    return markdownTable(section);
  }
  if ("checks" in section) {
    return section.checks
      .map(({ title, result, evidence }) => `- [${result === "pass" ? "x" : " "}] ${title}: ${result}; ${evidence}`)
      .join("\n");
  }
  const { lines, shell } = section;
  return shell ? `\`\`\`sh\n${lines.join("\n")}\n\`\`\`` : lines.map((line) => `- ${line}`).join("\n");
}

/** The checks, and what to do about those that did not pass. */
export function checkSections(checks: readonly Check[]): Section[] {
  const open = groupBy(
    checks.filter(({ remedy }) => remedy !== ""),
    ({ remedy }) => remedy,
  );
  return [
    { title: "Checklist", checks },
    {
      title: "To do",
      lines: [...open].map(([remedy, each]) => `${each.map(({ id }) => id).join(", ")}: ${remedy}`),
      shell: false,
    },
  ];
}

const SIGNS: Readonly<Record<CheckResult, string>> = { pass: "✔", fail: "✘", unknown: "?", "not applicable": "-" };

/** The result of all checks in one line. */
export function verdictOf(checks: readonly Check[]): string {
  const of = (result: CheckResult): number => checks.filter((each) => each.result === result).length;
  const [failed, unknown] = [of("fail"), of("unknown")];
  return failed + unknown === 0
    ? `All ${checks.length - of("not applicable")} checks passed.`
    : `Not ready: of ${checks.length} checks, ${failed} failed and ${unknown} are unknown, which counts as failed.`;
}

function hasContent(section: Section): boolean {
  const { length } = "rows" in section ? section.rows : "checks" in section ? section.checks : section.lines;
  return length > 0;
}

function drawn({ head, rows }: PlainTable, bold: (text: string) => string): string {
  const table = new Table({ head: head.map(bold), style: { head: [], border: [], compact: true } });
  rows.forEach((row) => table.push([...row]));
  return table.toString();
}
