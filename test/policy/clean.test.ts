import assert from "node:assert/strict";
import { judgeAll } from "../../policy/judge";
import { RULES } from "../../policy/rules";
import { viewOf } from "../../planning/policy/view";
import { TIERS } from "../../stacks/tiers";
import { CELLS, type Cell } from "../support/cells";
import { clean, keepsPromise, type Clean } from "./clean";

describe("the program's own stacks", function () {
  for (const cell of CELLS) {
    for (const runtime of runtimes(cell)) {
      it(`${cell.name}-${runtime} ${keepsPromise(cell) ? "violate nothing" : "violate only what their zones promise"}`, async () => {
        const { resources, context } = await clean(cell, runtime);
        const violations = judgeAll(RULES, viewOf(resources), context);
        const found = violations.map(({ rule, urn, message }) => `${rule.name} ${urn ?? ""} ${message}`);
        const grouped = runtime === "vm" && cell.placement === "dedicated";
        const expected = keepsPromise(cell) ? [] : ["data-zones", ...(grouped ? ["api-zones"] : [])];
        assert.deepEqual([...new Set(violations.map(({ rule }) => rule.name))], expected, found.join("\n"));
      });
    }
  }
});

/** New clusters only at the tier's default availability; packed cells run on machines only. */
function runtimes(cell: Cell): Clean["runtime"][] {
  if (cell.placement !== "dedicated") {
    return ["vm"];
  }
  return cell.highlyAvailable === TIERS[cell.tier].highAvailability
    ? ["vm", "kubernetes", "cluster"]
    : ["vm", "kubernetes"];
}
