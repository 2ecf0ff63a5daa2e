import { NEO4J_BACKUP_TIME } from "../components/model/schedule";
import { BUDGET_ALERTS } from "./budget-alerts";
import type { StackSpec } from "./config/spec";

/**
 * Consequences of the config that the stack's owner might not expect. The plan and every update print them.
 * Seconds of the nightly stop: two stops and starts of a server of that size and a dump, as rehearsed (docs/neo4j.md).
 */
export function notices(spec: StackSpec): string[] {
  const { cloud, api, neo4j, timescaledb, highlyAvailable } = spec;
  const alerts = BUDGET_ALERTS[cloud];
  return [
    ...(alerts.isEnabled(spec) ? [] : [`No alert is sent when costs approach the budget: set ${alerts.keys}.`]),
    ...(api.image.includes("@sha256:")
      ? []
      : [
          "apiImage names a tag, which can be moved to another image: containers that start later may then differ from those that run. Use a digest: <registry>/<path>@sha256:<digest>.",
        ]),
    ...(neo4j.edition === "community"
      ? [
          `Neo4j Community Edition has no online backup: every night at ${NEO4J_BACKUP_TIME} UTC it stops for a dump, for 20 to 40 s plus the time to write the graph once. If its disk is lost, up to a day of writes is lost. neo4jEdition: enterprise backs up hourly without stopping.`,
        ]
      : []),
    ...(highlyAvailable && neo4j.members === 1
      ? [
          "Neo4j is a single server in an otherwise highly available stack: while its node is replaced, the graph is unavailable.",
        ]
      : []),
    ...(timescaledb.edition === "apache"
      ? [
          "TimescaleDB's Apache edition does not support compression, retention or continuous aggregates of prices. timescaledbEdition: community does.",
        ]
      : []),
  ];
}
