import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLOUDS } from "../../components/model/cloud";
import { DATA, NODES } from "../support/data-services";
import { EngineStack, enginePresent, NOTHING_LEFT, UP } from "../support/engine-stack";

/** The pack judges every preview and update here. */
const JUDGED = ["--policy-pack", "policy"] as const;
/** A new cluster costs more than the tier's budget. */
const OWN_CLUSTER = { apiRuntime: "kubernetes", kubernetesCluster: "new", budgetUsd: "2000" };

/** What the engine means to do with a resource. */
interface Step {
  readonly op: string;
  readonly urn: string;
}

/**
 * A stack's whole life on Pulumi's own engine, with a backend in a folder. The clouds are whatever providers
 * PULUMI_DEBUG_PROVIDERS attaches ("aws:PORT,gcp:PORT,random:PORT,kubernetes:PORT"): without it this would create, and
 * bill, real ones.
 */
describe("on a real engine", function () {
  this.timeout(600_000);
  let folder: string;

  before(function () {
    if (!enginePresent(this)) return;
    folder = mkdtempSync(join(tmpdir(), "ape-engine-"));
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  for (const like of ["dev", "prod"]) {
    for (const cloud of CLOUDS) {
      it(`${like} on ${cloud}: preview, up, nothing left to do, destroy`, () => {
        const stack = new EngineStack(folder, `engine-${like}-${cloud}`, like);
        stack.set({ cloud });
        stack.pulumi("preview", ...JUDGED);
        stack.pulumi(...UP, ...JUDGED);
        stack.pulumi(...NOTHING_LEFT);
        stack.set({ deletionProtection: "false" });
        stack.pulumi(...UP);
        stack.pulumi("destroy", "--yes", "--skip-preview");
      });
    }
  }

  for (const cloud of CLOUDS) {
    it(`prod on ${cloud}: the API moves to a new cluster without a change of the data services`, function () {
      if (!/(^|,)kubernetes:/.test(process.env.PULUMI_DEBUG_PROVIDERS!)) {
        console.log("      skipped: no provider of Kubernetes is attached with PULUMI_DEBUG_PROVIDERS");
        this.skip();
      }
      const stack = new EngineStack(folder, `engine-moved-${cloud}`, "prod");
      stack.set({ cloud });
      stack.pulumi(...UP);
      stack.set(OWN_CLUSTER);
      const { steps } = JSON.parse(stack.pulumi("preview", "--json", "--show-sames", ...JUDGED)) as {
        steps: readonly Step[];
      };
      const data = steps.filter(({ urn }) => DATA.test(urn) || NODES.test(urn));
      assert.ok(data.length > 20, String(data.length));
      assert.deepEqual(
        data.filter(({ op }) => op !== "same"),
        [],
      );
      stack.pulumi(...UP, ...JUDGED);
      stack.pulumi(...NOTHING_LEFT);
    });
  }
});
