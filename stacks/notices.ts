import { NEO4J_BACKUP_TIME } from "../components/model/schedule";
import type { StackSpec } from "./config/spec";

/**
 * What a stack's owner must know before it is deployed and would not expect: printed by the plan and by every update.
 * Seconds of a nightly stop: two stops and starts of a server of that size and a dump, as rehearsed (docs/neo4j.md).
 */
export function notices(spec: StackSpec): string[] {
  const { api, neo4j, timescaledb, highlyAvailable } = spec;
  return [
    ...(isAlerted(spec)
      ? []
      : [
          `Nobody is told when the bill nears the budget: set ${spec.cloud === "aws" ? "budgetEmails" : "billingAccount, and budgetEmails"}.`,
        ]),
    ...(api.image.includes("@sha256:")
      ? []
      : [
          "apiImage names a tag, which may lead to another image tomorrow: containers that start later may then differ from those that run. Name the digest: <registry>/<path>@sha256:<digest>.",
        ]),
    ...(neo4j.edition === "community"
      ? [
          `Neo4j Community Edition has no online backup: every night at ${NEO4J_BACKUP_TIME} UTC it stops for its dump, 20 to 40 s and the time to write the graph once; what is lost with its disk is up to a day. neo4jEdition: enterprise backs up hourly without stopping.`,
        ]
      : []),
    ...(highlyAvailable && neo4j.members === 1
      ? [
          "Neo4j is a single server in a stack that is highly available otherwise: while its node is replaced nobody reads or writes the graph.",
        ]
      : []),
    ...(timescaledb.edition === "apache"
      ? [
          "TimescaleDB's Apache edition neither compresses nor expires prices, and keeps no continuous aggregates. timescaledbEdition: community does.",
        ]
      : []),
  ];
}

function isAlerted({ cloud, budgetEmails, billingAccount }: StackSpec): boolean {
  return cloud === "aws" ? budgetEmails.length > 0 : billingAccount !== "";
}
