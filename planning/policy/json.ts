import type { Violation } from "../../policy/judge";
import type { PackResult } from "./result";

/** The result as `--json` prints it. */
export function resultJson({ policies, resources, violations, waived }: PackResult): object {
  return {
    passed: violations.length === 0,
    policies,
    resources,
    violations: violations.map(violationJson),
    waived: waived.map((violation) => ({ ...violationJson(violation), waiver: violation.waiver })),
  };
}

function violationJson({ rule, urn, message, unjudged }: Violation): object {
  const { name, severity, ids, fix } = rule;
  return { policy: name, severity, ids, ...(urn === undefined ? {} : { urn }), message, unjudged, fix };
}
