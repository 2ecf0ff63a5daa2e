import { stackRule } from "../rule";

/** Judged last and by the caller: which waivers were used is known only after all other rules. */
export const WAIVERS_VALID = stackRule({
  name: "waivers-valid",
  description: "Every waiver names an existing policy, has not expired and covers a violation.",
  why: "A stale waiver is a permanent hole with an outdated reason.",
  severity: "high",
  ids: [],
  fix: "Remove the waiver, or review it and set a new end date.",
  judge: () => [],
});
