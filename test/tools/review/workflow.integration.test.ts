import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { buildOnce } from "../../../rehearsal/build/build-cache";
import { pythonPrograms } from "../../../rehearsal/build/python";
import { CACHE } from "../../../rehearsal/system/paths";
import { attempt, run } from "../../../rehearsal/system/process";
import { onPath } from "../../support/programs";

const ROOT = join(__dirname, "../../..");
const WORKFLOWS = join(ROOT, ".github/workflows");
const ZIZMOR = "zizmor==1.32.0";
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";

/** Builds a Go program into a folder that is cached between runs. */
async function goProgram(module: string): Promise<string> {
  const folder = await buildOnce(join(CACHE, module.replace(/[^a-z0-9.]+/g, "-")), async (unfinished) => {
    await run(["go", "install", module], { env: { GOBIN: unfinished } });
  });
  return join(folder, "actionlint");
}

describe("the workflows", function () {
  this.timeout(300_000);

  it("run make test for every pull request, and for main", () => {
    const { on, jobs } = parse(readFileSync(join(WORKFLOWS, "test.yml"), "utf8")) as {
      on: Record<string, { branches: string[] }>;
      jobs: Record<string, { steps: { run?: string }[] }>;
    };
    assert.deepEqual(on, { pull_request: { branches: ["main"] }, push: { branches: ["main"] } });
    assert.ok(jobs.test!.steps.some(({ run }) => run === "make test"));
  });

  it("are valid, and pass actions only inputs that these declare", async function () {
    onPath(this, "go");
    const actionlint = await goProgram(ACTIONLINT);
    const folder = mkdtempSync(join(tmpdir(), "workflows-"));
    try {
      // actionlint looks up an action's inputs by its tag, which is in the comment after the pinned commit.
      const tagged = join(folder, ".github/workflows");
      mkdirSync(tagged, { recursive: true });
      for (const file of readdirSync(WORKFLOWS)) {
        const text = readFileSync(join(WORKFLOWS, file), "utf8");
        writeFileSync(join(tagged, file), text.replace(/@[0-9a-f]{40} # (v\d+)\S*/g, "@$1"));
        for (const path of [join(WORKFLOWS, file), join(tagged, file)]) {
          const { code, stdout, stderr } = await attempt([actionlint, path]);
          assert.deepEqual([code, stdout + stderr], [0, ""]);
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("are safe: least permissions, everything pinned, no text of a pull request in a script", async function () {
    onPath(this, "python3");
    const zizmor = join(await pythonPrograms(ZIZMOR), "zizmor");
    const { code, stdout, stderr } = await attempt([
      zizmor,
      "--offline",
      "--persona",
      "pedantic",
      join(ROOT, ".github"),
    ]);
    assert.equal(code, 0, stdout + stderr);
  });
});
