import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { SYSTEM_MEM_GIB } from "../../../components/node/placement";
import { pricedCells, type PricedCell } from "../../../planning/price/cells";
import { fromPrices } from "../../../tools/docs/generated";
import { plannedNodes } from "../../../planning/plan";

describe("docs/cost.md", function () {
  this.timeout(120_000);
  let cells: PricedCell[];
  before(async () => (cells = await pricedCells()));
  const budgeted = (tier: string, highlyAvailable: boolean): string[] =>
    cells
      .filter((cell) => cell.tier === tier && cell.placement === "packed" && cell.highlyAvailable === highlyAvailable)
      .filter(({ priced }) => priced.summary.cents <= priced.summary.budgetCents)
      .map(({ cloud }) => cloud);

  it("is current, as is its chart", () => {
    fromPrices(cells).forEach(({ path, content }) =>
      assert.equal(readFileSync(path, "utf8"), content, `${path}: run "npm run docs"`),
    );
  });

  it("prices every resource of every combination", () => {
    assert.equal(cells.length, 32);
    cells.forEach(({ priced }) => assert.deepEqual(priced.summary.unpriced, []));
  });

  it("packed and highly available, T3 and T4 are within their budgets on demand on both clouds; T2 is not", () => {
    assert.deepEqual(budgeted("t3", true), ["aws", "gcp"]);
    assert.deepEqual(budgeted("t4", true), ["aws", "gcp"]);
    assert.deepEqual(budgeted("t2", true), []);
  });

  it("packed, single, T1 is one node within its budget", () => {
    assert.deepEqual(budgeted("t1", false), ["aws", "gcp"]);
    cells
      .filter(({ tier, placement, highlyAvailable }) => tier === "t1" && placement === "packed" && !highlyAvailable)
      .forEach(({ plan }) => assert.equal(plannedNodes(plan).length, 1));
  });

  for (const cloud of ["aws", "gcp"] as const) {
    it(`T3 on ${cloud}: three members of each store in three zones, and a tenth of each node free`, () => {
      const { plan } = cells.find(
        (cell) => cell.tier === "t3" && cell.cloud === cloud && cell.placement === "packed" && cell.highlyAvailable,
      )!;
      assert.deepEqual(
        plan.nodes.map(({ zone, roles }) => [zone, ...roles.map(({ role }) => role.name)]),
        [
          [0, "timescaledb-1", "neo4j-1", "redis-1"],
          [1, "timescaledb-2", "neo4j-2", "redis-2"],
          [2, "timescaledb-3", "neo4j-3", "redis-3"],
        ],
      );
      plannedNodes(plan).forEach(({ name, rolesMemGiB, memGiB }) =>
        assert.ok(rolesMemGiB + SYSTEM_MEM_GIB <= 0.9 * memGiB + 1e-9, name),
      );
    });
  }
});
