import Table from "cli-table3";
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

/** A table without rows is left out. */
export type Section =
  PlainTable | { readonly title: string; readonly lines: readonly string[]; readonly shell: boolean };

/** The document as text for a terminal. */
export function documentText({ title, verdict, sections }: Document, { bold }: Palette): string {
  const parts = sections.filter(hasContent).map((section) => {
    const content = "rows" in section ? drawn(section, bold) : section.lines.map((line) => `  ${line}`).join("\n");
    return `${bold(section.title)}\n${content}`;
  });
  return `${[bold(title), ...parts, bold(verdict)].join("\n\n")}\n`;
}

/** The document as Markdown. */
export function documentMarkdown({ title, verdict, sections }: Document): string {
  const parts = sections.filter(hasContent).map((section) => {
    if ("rows" in section) {
      return `## ${section.title}\n\n${markdownTable(section)}`;
    }
    const text = section.lines.join("\n");
    return `## ${section.title}\n\n${section.shell ? `\`\`\`sh\n${text}\n\`\`\`` : section.lines.map((line) => `- ${line}`).join("\n")}`;
  });
  return `${[`# ${title}`, verdict, ...parts].join("\n\n")}\n`;
}

/** The checks as a table, and what to do about those that did not pass. */
export function checkSections(checks: readonly Check[]): Section[] {
  const open = checks.filter(({ remedy }) => remedy !== "");
  return [
    {
      title: "Checklist",
      head: ["", "check", "result", "evidence"],
      rows: checks.map(({ id, title, result, evidence }) => [SIGNS[result], `${title} (${id})`, result, evidence]),
    },
    { title: "To do", lines: open.map(({ id, remedy }) => `${id}: ${remedy}`), shell: false },
  ];
}

const SIGNS: Readonly<Record<CheckResult, string>> = { pass: "✔", fail: "✘", unknown: "?", "not applicable": "-" };

/** "failed: 2 of 14 checks failed, 3 are unknown". */
export function verdictOf(checks: readonly Check[]): string {
  const of = (result: CheckResult): number => checks.filter((each) => each.result === result).length;
  const [failed, unknown] = [of("fail"), of("unknown")];
  return failed + unknown === 0
    ? `All ${checks.length - of("not applicable")} checks passed.`
    : `Not ready: of ${checks.length} checks, ${failed} failed and ${unknown} are unknown, which counts as failed.`;
}

function hasContent(section: Section): boolean {
  return ("rows" in section ? section.rows : section.lines).length > 0;
}

function drawn({ head, rows }: PlainTable, bold: (text: string) => string): string {
  const table = new Table({ head: head.map(bold), style: { head: [], border: [], compact: true } });
  rows.forEach((row) => table.push([...row]));
  return table.toString();
}
