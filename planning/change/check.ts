export const RESULTS = ["pass", "fail", "unknown", "not applicable"] as const;
/** `unknown` counts as failed: what was not checked may be wrong. */
export type CheckResult = (typeof RESULTS)[number];

/** One item of a checklist. */
export interface Check {
  /** Stable, for `--confirm` and programs. */
  readonly id: string;
  readonly title: string;
  readonly result: CheckResult;
  /** What was found, or why it is unknown. */
  readonly evidence: string;
  /** What to do unless it passed; commands are in backquotes. Empty otherwise. */
  readonly remedy: string;
}

/** What a check found. */
export type Finding = Omit<Check, "id" | "title">;

export const pass = (evidence: string): Finding => ({ result: "pass", evidence, remedy: "" });
export const fail = (evidence: string, remedy: string): Finding => ({ result: "fail", evidence, remedy });
export const unknown = (evidence: string, remedy: string): Finding => ({ result: "unknown", evidence, remedy });
export const notApplicable = (evidence: string): Finding => ({ result: "not applicable", evidence, remedy: "" });

export function check(id: string, title: string, finding: Finding): Check {
  return { id, title, ...finding };
}

/** Whether every check passed or does not apply. */
export function allPass(checks: readonly Check[]): boolean {
  return checks.every(({ result }) => result === "pass" || result === "not applicable");
}

/** Takes unknown checks that the operator has answered as passed. A confirmation does not overrule a failure. */
export function confirmed(checks: readonly Check[], ids: readonly string[]): Check[] {
  return checks.map((each) =>
    each.result === "unknown" && ids.includes(each.id)
      ? { ...each, result: "pass", evidence: `confirmed by the operator; ${each.evidence}`, remedy: "" }
      : each,
  );
}
