import assert from "node:assert/strict";
import { judgeStack, type Violation } from "../../policy/judge";
import { BUDGET_RULES } from "../../policy/rules/budget";
import type { StackRule } from "../../policy/rule";
import { viewOf } from "../../planning/policy/view";
import { LIST_PRICE, priceResources } from "../../planning/price/price";
import { plannedResources } from "../../cost/resource";
import { planResources } from "../../planning/plan";
import { CELLS, planCell } from "../support/cells";
import { clean } from "./clean";

const [WITHIN] = BUDGET_RULES as readonly StackRule[];

describe("the budget of a stack", function () {
  CELLS.filter(({ name }) => ["t3-aws-packed-ha", "t3-gcp-packed-ha"].includes(name)).forEach((cell) => {
    it(`holds to the cent: ${cell.name} passes at its price and one cent below, not one above`, async () => {
      const plan = planCell(cell);
      const planned = await planResources(plan);
      const { cents } = priceResources(plan, plannedResources(planned.resources), LIST_PRICE).estimate;
      const stack = await clean(cell, "vm");
      const judged = (budgetUsd: number): Violation[] =>
        judgeStack(WITHIN!, viewOf(stack.resources), { ...stack.context, budgetUsd });
      assert.deepEqual(judged(cents / 100), []);
      assert.deepEqual(judged((cents + 1) / 100), []);
      const [violation, ...others] = judged((cents - 1) / 100);
      assert.deepEqual(others, []);
      assert.match(violation!.message, /^the stack costs \$[\d,.]+ a month, \$0\.01 above its budget of .*; largest: /);
    });
  });
});
