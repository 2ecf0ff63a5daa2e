import assert from "node:assert/strict";
import { parseConfig } from "../../stacks/config/load";
import { notices } from "../../stacks/notices";

const BASE = {
  cloud: "aws",
  tier: "t3",
  owner: "platform",
  costCentre: "ape",
  apiImage: `registry.example.com/ape/api@sha256:${"0123456789abcdef".repeat(4)}`,
};

describe("notices", () => {
  const printed = (values: Record<string, unknown>): string[] =>
    notices(parseConfig({ organization: "acme", stack: "prod", values: { ...BASE, ...values }, secretKeys: [] })).map(
      (notice) => notice.split(" ").slice(0, 2).join(" "),
    );

  it("are empty when nothing is missing", () => {
    const alert = { budgetEmails: ["platform@example.com"] };
    const whole = { neo4jLicense: "commercial", timescaledbEdition: "community" };
    assert.deepEqual(printed({ ...whole, ...alert }), []);
    const account = { cloud: "gcp", billingAccount: "012345-6789AB-CDEF01" };
    assert.deepEqual(printed({ ...whole, ...account }), []);
  });

  it("warn of a tag, which may be moved to another image", () => {
    const [, notice] = printed({ apiImage: "registry.example.com/ape/api:1.0.0", tier: "t1" });
    assert.equal(notice, "apiImage names");
  });

  it("name the limits of the free editions", () => {
    assert.deepEqual(printed({ neo4jEdition: "community", overrides: { neo4j: { members: 1 } } }), [
      "No alert",
      "Neo4j Community",
      "Neo4j is",
      "TimescaleDB's Apache",
    ]);
    assert.deepEqual(printed({ tier: "t1" }), ["No alert", "Neo4j Community", "TimescaleDB's Apache"]);
  });
});
