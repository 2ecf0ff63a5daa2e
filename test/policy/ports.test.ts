import assert from "node:assert/strict";
import { DATA_SERVICES } from "../../components/model/role";
import { flowRules } from "../../components/model/flows";
import { viewOf } from "../../planning/policy/view";
import { judgeAll } from "../../policy/judge";
import { NETWORK_RULES } from "../../policy/rules/network";
import { contextOf } from "../../policy/settings";
import { CELLS, planCell } from "../support/cells";

describe("ports that must never be public", () => {
  const ports = new Set(
    CELLS.flatMap((cell) => flowRules(planCell(cell).placed.map(({ role }) => role)))
      .filter(({ to }) => (DATA_SERVICES as readonly string[]).includes(to))
      .map(({ port }) => port),
  );

  it("include every port that a data service listens on", () => {
    assert.ok(ports.size >= 8);
    for (const port of ports) {
      const firewall = {
        urn: `urn:pulumi:test::ape-deploy::gcp:compute/firewall:Firewall::${port}`,
        type: "gcp:compute/firewall:Firewall",
        name: String(port),
        parent: "",
        dependsOn: [],
        references: {},
        protect: false,
        retainOnDelete: false,
        inputs: { allows: [{ protocol: "tcp", ports: [String(port)] }], sourceRanges: ["0.0.0.0/0"] },
      };
      const found = judgeAll(NETWORK_RULES, viewOf([firewall]), contextOf({ today: "2026-06-01" }));
      assert.ok(
        found.some(({ rule }) => rule.name === "no-public-database"),
        `port ${port}`,
      );
    }
  });
});
