import { groupBy } from "../../policy/group-by";
import { dollars } from "../../cost/line";
import { resourceName, summary } from "../../planning/policy/report";
import type { JudgedPlan } from "../../planning/judged-plan";
import type { Change } from "./changes";

/** A stack's plan and its changes. */
export interface Reviewed {
  readonly stack: string;
  /** The plan, or the error that prevents it. */
  readonly plan: JudgedPlan | Error;
  /** The changes since the base, and the base's price. Undefined without a base. */
  readonly since?: { readonly changes: readonly Change[]; readonly cents: number };
}

/** Rows of a table; further rows are counted. Code hosts truncate long summaries. */
const MOST_ROWS = 40;

/** One page for all stacks, each with changes, price, violations by rule and waivers. */
export function reviewMarkdown(stacks: readonly Reviewed[]): string {
  return `${[heading(stacks), ...stacks.map(section)].join("\n\n")}\n`;
}

/** Whether a stack can be planned and violates no policy. */
export function passes({ plan }: Reviewed): boolean {
  return !(plan instanceof Error) && plan.policies.violations.length === 0;
}

function heading(stacks: readonly Reviewed[]): string {
  const failed = stacks.filter((each) => !passes(each)).map(({ stack }) => stack);
  return failed.length === 0
    ? `## Every stack passes: ${stacks.map(({ stack }) => stack).join(", ")}`
    : `## ${failed.join(", ")}: failed`;
}

function section(reviewed: Reviewed): string {
  const { stack, plan, since } = reviewed;
  if (plan instanceof Error) {
    return [`### ${stack}: cannot be planned`, fenced(plan.message)].join("\n\n");
  }
  return [
    `### ${stack}`,
    ...(since === undefined ? [] : [changes(since.changes)]),
    price(plan, since?.cents),
    `Policies: ${cell(summary(plan.policies))}.`,
    ...violations(plan),
    ...waivers(plan),
  ].join("\n\n");
}

function changes(all: readonly Change[]): string {
  if (all.length === 0) {
    return "No resource changes.";
  }
  const counts = [...groupBy(all, ({ kind }) => kind)].map(([kind, each]) => `${each.length} ${kind}`);
  return [
    `Changes: ${counts.join(", ")}.`,
    table(
      ["change", "resource", "inputs"],
      all.map(({ kind, urn, inputs, protected: isProtected }) => [
        isProtected && kind === "delete" ? "**delete, protected**" : kind,
        code(resourceName(urn)),
        inputs.map(code).join(", "),
      ]),
    ),
  ].join("\n\n");
}

function price({ price: { cents, budgetCents } }: JudgedPlan, before: number | undefined): string {
  const share = `${Math.round((100 * cents) / budgetCents)} % of the budget of ${dollars(budgetCents)}`;
  const difference = cents - (before ?? cents);
  const sign = difference < 0 ? "less" : "more";
  return `Price: ${dollars(cents)} a month, ${share}${difference === 0 ? "" : `; ${dollars(Math.abs(difference))} ${sign} than before`}.`;
}

function violations({ policies }: JudgedPlan): string[] {
  if (policies.violations.length === 0) {
    return [];
  }
  const rows = [...groupBy(policies.violations, ({ rule }) => rule)].flatMap(([rule, found]) =>
    found.map(({ urn, message }) => [
      code(rule.name),
      rule.severity,
      urn === undefined ? "the stack" : code(resourceName(urn)),
      cell(message),
      cell(rule.fix),
    ]),
  );
  return [table(["policy", "severity", "resource", "violation", "fix"], rows)];
}

function waivers({ policies }: JudgedPlan): string[] {
  if (policies.waived.length === 0) {
    return [];
  }
  const rows = policies.waived.map(({ rule, urn, waiver }) => [
    code(waiver.name),
    code(rule.name),
    urn === undefined ? "the stack" : code(resourceName(urn)),
    cell(waiver.owner),
    waiver.until,
    cell(waiver.reason),
  ]);
  return ["Active waivers:", table(["waiver", "policy", "resource", "owner", "until", "reason"], rows)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const lines = [row(head), row(head.map(() => "---")), ...rows.slice(0, MOST_ROWS).map(row)];
  return rows.length <= MOST_ROWS ? lines.join("\n") : `${lines.join("\n")}\n\nand ${rows.length - MOST_ROWS} more.`;
}

/** Text of a cell, with Markdown and HTML escaped: a pull request controls it. */
function cell(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#|!~@&]/g, (character) => `&#${character.charCodeAt(0)};`).replace(/\s+/g, " ");
}

function code(text: string): string {
  return `<code>${cell(text)}</code>`;
}

function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}text`, text, fence].join("\n");
}
