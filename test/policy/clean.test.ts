import assert from "node:assert/strict";
import { judgeAll } from "../../policy/judge";
import { RULES } from "../../policy/rules";
import { viewOf } from "../../tools/policy/planned";
import { CELLS } from "../support/cells";
import { clean, keepsPromise } from "./clean";

describe("the program's own stacks", function () {
  this.timeout(60_000);

  for (const cell of CELLS) {
    for (const runtime of cell.placement === "dedicated" ? (["vm", "kubernetes"] as const) : (["vm"] as const)) {
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
