import type { Violation } from "../../policy/judge";
import { groupBy } from "../../policy/group-by";
import type { Palette } from "../palette";
import type { PackResult } from "./result";

const ORDER = ["critical", "high", "medium", "low"];

/** The result as text: violations by policy with the fix, most severe first, then the active waivers. */
export function policyReport(result: PackResult, { bold, dim, red }: Palette): string {
  const groups = [...groupBy(result.violations, ({ rule }) => rule)].sort(
    ([a], [b]) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity),
  );
  const lines = groups.flatMap(([rule, violations]) => [
    red(`${rule.name} (${rule.severity}): ${rule.description}`),
    ...violations.map((violation) => `  ${where(violation)}${violation.message}`),
    dim(`  fix: ${rule.fix}`),
  ]);
  const waived = result.waived.map(
    (violation) =>
      `  ${violation.rule.name}, until ${violation.waiver.until}, ${violation.waiver.owner}: ${violation.waiver.reason}\n` +
      dim(`    ${where(violation)}${violation.message}`),
  );
  return [
    bold(`Policies: ${summary(result)}`),
    ...lines,
    ...(waived.length === 0 ? [] : [bold("Active waivers:"), ...waived]),
  ].join("\n");
}

/** The result in one line. */
export function summary({ policies, resources, violations, waived }: PackResult): string {
  const unjudged = violations.filter((violation) => violation.unjudged).length;
  const failed = new Set(violations.map(({ rule }) => rule.name)).size;
  return [
    violations.length === 0
      ? "passed"
      : `failed: ${count(violations.length, "violation")} of ${count(failed, "policy")}`,
    ...(unjudged === 0 ? [] : [`${unjudged} cannot be judged`]),
    `${policies} policies, ${count(resources, "resource")}`,
    ...(waived.length === 0 ? [] : [`${waived.length} waived`]),
  ].join("; ");
}

/** The type and name in a URN. */
export function resourceName(urn: string): string {
  const [, , type = "", name = ""] = urn.split("::");
  return `${type.split("$").at(-1)} ${name}`;
}

function where({ urn }: Violation): string {
  return urn === undefined ? "" : `${resourceName(urn)}: `;
}

function count(number: number, what: string): string {
  return `${number} ${number === 1 ? what : what.replace(/y$/, "ie") + "s"}`;
}
