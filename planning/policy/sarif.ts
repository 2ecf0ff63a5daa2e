import { pathToFileURL } from "node:url";
import type { Violation } from "../../policy/judge";
import { docsOf } from "../../policy/docs";
import { RULES } from "../../policy/rules";
import { WAIVERS_VALID } from "../../policy/rules/waivers";
import type { Severity } from "../../policy/rule";
import type { PackResult } from "./result";

const LEVELS: Readonly<Record<Severity, string>> = { critical: "error", high: "error", medium: "warning", low: "note" };
/** Scores on GitHub's scale of 0 to 10, which orders the findings. */
const SCORES: Readonly<Record<Severity, string>> = { critical: "9.5", high: "8.0", medium: "5.5", low: "2.0" };

/** The result in SARIF 2.1.0, which code hosts show next to the change. `source` is the file in which to fix the findings. */
export function sarif({ violations, waived }: PackResult, source: string): object {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "ape-deploy policies",
            informationUri: docsOf(),
            rules: [...RULES, WAIVERS_VALID].map((rule) => ({
              id: rule.name,
              shortDescription: { text: rule.description },
              fullDescription: { text: rule.why },
              help: { text: rule.fix },
              helpUri: docsOf(rule.name),
              properties: { tags: ["security", ...rule.ids], "security-severity": SCORES[rule.severity] },
            })),
          },
        },
        results: [...violations, ...waived].map((violation) => finding(violation, source)),
      },
    ],
  };
}

function finding({ rule, urn, message, waiver }: Violation, source: string): object {
  return {
    ruleId: rule.name,
    level: LEVELS[rule.severity],
    message: { text: message },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(source) }, region: { startLine: 1 } },
        ...(urn === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: urn, kind: "resource" }] }),
      },
    ],
    ...(waiver === undefined
      ? {}
      : { suppressions: [{ kind: "external", status: "accepted", justification: waiver.reason }] }),
  };
}

function uriOf(source: string): string {
  return source.startsWith("/") ? pathToFileURL(source).href : source;
}
