import assert from "node:assert/strict";
import { parseConfig } from "../../stacks/config";
import { notices } from "../../stacks/notices";

const BASE = {
  cloud: "aws",
  tier: "t3",
  owner: "platform",
  costCentre: "ape",
  apiImage: "registry.example.com/ape/api:1.0.0",
};

describe("what a stack's owner is told", () => {
  const told = (values: Record<string, unknown>): string[] =>
    notices(parseConfig({ organization: "acme", stack: "prod", values: { ...BASE, ...values }, secretKeys: [] })).map(
      (notice) => notice.split(" ").slice(0, 2).join(" "),
    );

  it("is nothing where nothing is missing", () => {
    assert.deepEqual(told({ neo4jLicense: "commercial", timescaledbEdition: "community" }), []);
  });

  it("names what the free editions can't do", () => {
    assert.deepEqual(told({ neo4jEdition: "community", overrides: { neo4j: { members: 1 } } }), [
      "Neo4j Community",
      "Neo4j is",
      "TimescaleDB's Apache",
    ]);
    assert.deepEqual(told({ tier: "t1" }), ["Neo4j Community", "TimescaleDB's Apache"]);
  });
});
