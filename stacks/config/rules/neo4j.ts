import type { Values } from "../keys";
import { line } from "../report";
import { isHighlyAvailable, neo4jEdition, neo4jMembers, zoneCount } from "../resolve";
import { AVAILABILITY } from "./availability";
import type { Finding, Rule } from "./rule";

const CLUSTERING = [...AVAILABILITY, "neo4jEdition", "overrides"] as const;

export const NEO4J_RULES: readonly Rule[] = [
  {
    summary:
      "Three Neo4j members require three zones and Enterprise Edition; in a highly available stack `neo4jEdition: community` requires `overrides.neo4j.members: 1`.",
    needs: CLUSTERING,
    invalidates: ["neo4jEdition"],
    check: neo4jCluster,
  },
  {
    summary:
      "Neo4j Enterprise Edition requires `neo4jLicense: evaluation` or `commercial`, by which you accept its licence.",
    needs: [...CLUSTERING, "neo4jLicense"],
    check: neo4jLicense,
  },
];

function neo4jCluster(values: Values): Finding[] {
  const { neo4jEdition: edition, overrides } = values;
  const requested = overrides.neo4j?.members;
  const members = neo4jMembers(values);
  if (members === 3 && edition === "community") {
    return [
      tooManyMembers(
        requested,
        "neo4jEdition is community, and only Enterprise Edition supports clustering",
        "1 with neo4jEdition community",
      ),
    ];
  }
  if (members === 3 && zoneCount(values) !== 3) {
    const reason = `a cluster has one member in each of three zones, but the stack has ${zoneCount(values)}`;
    return [tooManyMembers(requested, reason, "1, or 3 with zones 3")];
  }
  if (isHighlyAvailable(values) && edition === "community" && requested === undefined) {
    return [
      {
        key: "neo4jEdition",
        value: edition,
        reason:
          "the stack is highly available, but Community Edition does not support clustering: Neo4j would be the one service that does not survive the loss of a zone",
        allowed:
          "auto or enterprise, with neo4jLicense; or community with overrides.neo4j.members: 1, which accepts a single server",
        example: "neo4jEdition: enterprise",
      },
    ];
  }
  return [];
}

function tooManyMembers(value: unknown, reason: string, allowed: string): Finding {
  return { key: "overrides.neo4j.members", value, reason, allowed, example: line("overrides.neo4j.members", "1") };
}

function neo4jLicense(values: Values): Finding[] {
  if (neo4jEdition(values) === "community" || values.neo4jLicense !== "none") {
    return [];
  }
  const why =
    neo4jMembers(values) === 3 ? "Neo4j's three members require Enterprise Edition" : "neo4jEdition is enterprise";
  return [
    {
      key: "neo4jLicense",
      value: values.neo4jLicense,
      reason: `${why}, whose licence you must accept explicitly`,
      allowed:
        "evaluation (you accept Neo4j's evaluation terms) or commercial (you have an agreement with Neo4j); without either, neo4jEdition community with overrides.neo4j.members: 1",
    },
  ];
}
