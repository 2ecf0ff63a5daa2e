import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildOnce } from "../../../rehearsal/build/build-cache";
import { pythonPrograms } from "../../../rehearsal/build/python";
import { CACHE } from "../../../rehearsal/system/paths";
import { attempt, run } from "../../../rehearsal/system/process";
import { onPath } from "../../support/programs";

const ROOT = join(__dirname, "../../..");
const WORKFLOWS = join(ROOT, ".github/workflows");
const ZIZMOR = "zizmor==1.32.0";
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";

/** Builds a Go program into a folder that is kept between runs. */
async function goProgram(module: string): Promise<string> {
  const folder = await buildOnce(join(CACHE, module.replace(/[^a-z0-9.]+/g, "-")), async (unfinished) => {
    await run(["go", "install", module], { env: { GOBIN: unfinished } });
  });
  return join(folder, "actionlint");
}

describe("the workflows", function () {
  this.timeout(300_000);

  it("are right, and give actions only inputs that they know", async function () {
    onPath(this, "go");
    const actionlint = await goProgram(ACTIONLINT);
    const folder = mkdtempSync(join(tmpdir(), "workflows-"));
    try {
      // An action's inputs are looked up by its tag, which stands beside the commit that it is pinned to.
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

  it("are safe: least permissions, everything pinned, no text of a change in a script", async function () {
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
