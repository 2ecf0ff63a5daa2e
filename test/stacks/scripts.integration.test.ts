import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { StackPlan } from "../../stacks/plan";
import { CELLS, planCell } from "../support/cells";
import { onPath } from "../support/programs";

const CLUSTER = CELLS.find(({ name }) => name === "t4-aws-dedicated-ha")!;

/** The only TypeScript source under components/ that may contain shell: it renders the scripts. */
const RENDERER = "components/node/script.ts";

describe("scripts", function () {
  this.timeout(240_000);

  it("pass ShellCheck as sources", function () {
    onPath(this, "shellcheck");
    const scripts = sources(".").filter((path) => path.endsWith(".sh") || /^#!.*\bbash\n/.test(read(path)));
    assert.ok(scripts.includes("components/node/bootstrap/boot.sh") && scripts.includes("scripts/install-packages"));
    assert.equal(shellcheck(scripts), "");
    console.log(`      ${scripts.length} sources`);
  });

  it("pass ShellCheck as nodes receive them, in every cell, and assign every variable", function () {
    onPath(this, "shellcheck");
    const found = rendered([...CELLS.map((cell) => planCell(cell)), planCell(CLUSTER, { redisMode: "cluster" })]);
    assert.ok(found.size > 0);
    for (const [content, path] of found) {
      assert.equal(shellcheck(["--enable=check-unassigned-uppercase", "-"], content), "", path);
    }
    console.log(`      ${found.size} scripts`);
  });

  it("are shell files: no TypeScript source of a component contains one", () => {
    const offenders = sources("components/*.ts").filter(
      (path) => path !== RENDERER && /#!\/bin\/|\bset -\w+ pipefail\b/.test(read(path)),
    );
    assert.deepEqual(offenders, []);
  });
});

/** Every script among the files of all nodes: path by content, so that each is checked once. */
function rendered(plans: readonly StackPlan[]): Map<string, string> {
  return new Map(
    plans.flatMap((plan) =>
      [...plan.placed, ...(plan.apiGroup === undefined ? [] : [{ role: plan.apiGroup.role, node: "api" }])]
        .flatMap((placed) => placed.role.provision(placed, plan.placed).files)
        .filter(({ content }) => content.startsWith("#!/bin/bash"))
        .map(({ path, content }) => [content, path] as const),
    ),
  );
}

/** Files of the work tree that Git does not ignore. */
function sources(pattern: string): string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", pattern];
  return execFileSync("git", args, { encoding: "utf8", maxBuffer: 2 ** 24 })
    .split("\0")
    .filter((path) => path !== "" && existsSync(path));
}

function read(path: string): string {
  return readFileSync(path, "utf8");
}

/** ShellCheck's findings. Empty if there are none. */
function shellcheck(args: readonly string[], input = ""): string {
  const { stdout, stderr } = spawnSync("shellcheck", ["--severity=style", ...args], { input, encoding: "utf8" });
  return stdout + stderr;
}
