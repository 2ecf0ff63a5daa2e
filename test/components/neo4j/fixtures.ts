import assert from "node:assert/strict";
import type { Neo4jArgs } from "../../../components/neo4j/args";
import { planNeo4j } from "../../../components/neo4j/plan";
import { NEO4J_ARCHIVE } from "../../../components/neo4j/archive";
import { DEFAULT_VERSION } from "../../../components/neo4j/version";
import type { Placed } from "../../../components/model/role";

export const SINGLE: Neo4jArgs = {
  cloud: "aws",
  edition: "community",
  licence: "none",
  members: 1,
  heapGiB: 4,
  pageCacheGiB: 4,
  cpus: 3,
  version: DEFAULT_VERSION,
  packages: NEO4J_ARCHIVE,
  diskGiB: 40,
  backup: { bucket: "ape-test-backups-1a2b3c4d", retentionDays: 30 },
};
export const CLUSTER: Neo4jArgs = { ...SINGLE, edition: "enterprise", licence: "commercial", members: 3 };

export function placed(args: Neo4jArgs): Placed[] {
  return planNeo4j(args).map((role, index) => ({
    role,
    node: role.name,
    address: `10.60.${16 + index}.${80 + index}`,
  }));
}

export function settings(conf: string): Map<string, string> {
  const entries = conf.split("\n").filter((line) => line !== "" && !line.startsWith("server.jvm.additional="));
  const map = new Map(entries.map((line) => line.split(/=(.*)/s) as unknown as [string, string]));
  assert.equal(map.size, entries.length, "duplicate setting");
  return map;
}
