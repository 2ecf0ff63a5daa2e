import type { Values } from "../keys";
import type { Finding, Rule } from "./rule";

/** Keys that decide whether the stack is highly available, and in how many zones it runs. */
export const AVAILABILITY = ["tier", "zones", "highAvailability"] as const;

export const AVAILABILITY_RULES: readonly Rule[] = [
  {
    summary: "`highAvailability: true` requires three zones.",
    needs: ["zones", "highAvailability"],
    invalidates: ["zones", "highAvailability"],
    check: threeZones,
  },
];

function threeZones({ zones, highAvailability }: Values): Finding[] {
  if (highAvailability !== true || zones === "auto" || zones === 3) {
    return [];
  }
  return [
    {
      key: "zones",
      value: zones,
      reason: "highAvailability is true, and a majority that survives the loss of a zone requires three zones",
      allowed: "3 or auto; or highAvailability: false",
      example: "zones: 3",
    },
  ];
}
