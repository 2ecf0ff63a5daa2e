import { stackRule } from "../rule";

/** Judged by whoever judges everything else: only then it is known which waivers were used. */
export const WAIVERS_VALID = stackRule({
  name: "waivers-valid",
  description: "Waivers name a policy that there is, last, and cover something.",
  why: "An exception that nobody looks at any more is a hole with a reason written beside it.",
  severity: "high",
  ids: [],
  fix: "Remove the waiver, or decide anew and set another last day.",
  judge: () => [],
});
