import { RULES } from "../../policy/rules";
import { WAIVERS_VALID } from "../../policy/rules/waivers";
import type { PackResult } from "./result";

/** The result as JUnit XML, with a test case for each policy. */
export function junit({ violations, waived }: PackResult, source: string): string {
  const rules = [...RULES, WAIVERS_VALID];
  const failed = new Set(violations.map(({ rule }) => rule.name));
  const cases = rules.map((rule) => {
    const failures = violations.filter((violation) => violation.rule.name === rule.name);
    const exceptions = waived.filter((violation) => violation.rule.name === rule.name);
    const inner = [
      ...(failures.length === 0
        ? []
        : [
            `<failure message="${escape(rule.description)}" type="${rule.severity}">${escape(
              [...failures.map(({ urn, message }) => `${urn ?? source}: ${message}`), `fix: ${rule.fix}`].join("\n"),
            )}</failure>`,
          ]),
      ...(exceptions.length === 0
        ? []
        : [
            `<system-out>${escape(exceptions.map(({ waiver, message }) => `waived by ${waiver.name}: ${message}`).join("\n"))}</system-out>`,
          ]),
    ];
    return `    <testcase classname="policies" name="${rule.name}">${inner.join("")}</testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="${rules.length}" failures="${failed.size}">
  <testsuite name="${escape(source)}" tests="${rules.length}" failures="${failed.size}">
${cases.join("\n")}
  </testsuite>
</testsuites>
`;
}

function escape(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
