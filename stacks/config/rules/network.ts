import { NEO4J_ARCHIVE } from "../../../components/neo4j/archive";
import type { Values } from "../keys";
import { zoneCount } from "../resolve";
import { AVAILABILITY } from "./availability";
import type { Finding, Rule } from "./rule";

export const NETWORK_RULES: readonly Rule[] = [
  {
    summary: "`nat: none` requires `packageMirror`, and a mirror in `neo4jPackages`.",
    needs: ["nat", "packageMirror", "neo4jPackages"],
    check: outboundAccess,
  },
  { summary: "`nat: per-zone` requires several zones.", needs: ["nat", ...AVAILABILITY], check: gatewayPerZone },
];

function outboundAccess({ nat, packageMirror, neo4jPackages }: Values): Finding[] {
  const missing = [
    ...(packageMirror === "" ? ["packageMirror"] : []),
    ...(neo4jPackages === NEO4J_ARCHIVE ? ["neo4jPackages"] : []),
  ].join(" and ");
  return nat !== "none" || missing === ""
    ? []
    : [
        {
          key: "nat",
          value: nat,
          reason: `nodes install their packages at boot, and without outbound access they only reach mirrors: set ${missing}`,
          allowed: `auto, one or per-zone; none together with ${missing}`,
          example: "nat: one",
        },
      ];
}

function gatewayPerZone(values: Values): Finding[] {
  return values.nat !== "per-zone" || zoneCount(values) > 1
    ? []
    : [
        {
          key: "nat",
          value: values.nat,
          reason: "the stack has one zone, which one gateway serves",
          allowed: "auto, one or none; per-zone with several zones",
          example: "nat: one",
        },
      ];
}
