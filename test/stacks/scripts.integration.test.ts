import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { StackPlan } from "../../stacks/plan";
import { CELLS, planCell } from "../support/cells";
import { onPath } from "../support/programs";

const CLUSTER = CELLS.find(({ name }) => name === "t4-aws-dedicated-ha")!;

/** Every script that a node gets among its files, by its path and content, each once. */
function scripts(plans: readonly StackPlan[]): Map<string, string> {
  return new Map(
    plans.flatMap((plan) =>
      [...plan.placed, ...(plan.apiGroup === undefined ? [] : [{ role: plan.apiGroup.role, node: "api" }])]
        .flatMap((placed) => placed.role.provision(placed, plan.placed).files)
        .filter(({ content }) => content.startsWith("#!/bin/bash"))
        .map(({ path, content }) => [content, path] as const),
    ),
  );
}

describe("the scripts on nodes", function () {
  this.timeout(120_000);

  it("pass ShellCheck in every cell", function () {
    onPath(this, "shellcheck");
    const found = scripts([...CELLS.map((cell) => planCell(cell)), planCell(CLUSTER, { redisMode: "cluster" })]);
    assert.ok(found.size > 0);
    for (const [content, path] of found) {
      const { status, stdout } = spawnSync("shellcheck", ["--severity=style", "-"], { input: content });
      assert.equal(status, 0, `${path}\n${stdout.toString()}`);
    }
    console.log(`      ${found.size} scripts`);
  });
});
