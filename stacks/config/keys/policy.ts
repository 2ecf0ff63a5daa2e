import { waivers } from "../waivers";
import { key } from "./key";

/** Exceptions from policies. */
export const POLICY_KEYS = {
  waivers: key({
    type: "object",
    default: {},
    allowed:
      "an object of waivers by a name that you choose: policy, resource (a pattern of URNs), reason, owner and until (the last day)",
    example:
      '{ no-second-zone: { policy: data-zones, resource: "*", reason: Load tests only, owner: ada, until: "2026-12-31" } }',
    description:
      "Exceptions from the policies in docs/policies.md. Every run prints them; each ends after its last day.",
    parse: waivers,
  }),
};
