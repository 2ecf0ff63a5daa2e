import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLOUDS } from "../../components/model/cloud";
import { DATA, NODES } from "../support/data-services";
import { onPath } from "../support/programs";

const UP = ["up", "--yes", "--skip-preview"] as const;
const NOTHING_LEFT = [...UP, "--expect-no-changes"] as const;
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
    if (!onPath(this, "pulumi")) return;
    if (process.env.PULUMI_DEBUG_PROVIDERS === undefined) {
      console.log("      skipped: no providers are attached with PULUMI_DEBUG_PROVIDERS");
      this.skip();
    }
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

/** A stack that is configured like one of the project's. */
class EngineStack {
  private readonly config: string;

  constructor(
    private readonly folder: string,
    private readonly name: string,
    like: string,
  ) {
    this.config = join(folder, `Pulumi.${name}.yaml`);
    copyFileSync(`Pulumi.${like}.yaml`, this.config);
    this.run("stack", "init", name);
    rmSync(`Pulumi.${name}.yaml`, { force: true }); // init writes where it is not told to
  }

  set(values: Readonly<Record<string, string>>): void {
    Object.entries(values).forEach(([key, value]) => this.pulumi("config", "set", key, value));
  }

  /** Runs a command on the stack; returns what it printed. Fails where it fails. */
  pulumi(...args: readonly string[]): string {
    return this.run(...args, "--stack", this.name, "--config-file", this.config);
  }

  private run(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      env: {
        ...process.env,
        PULUMI_BACKEND_URL: `file://${this.folder}`,
        PULUMI_CONFIG_PASSPHRASE: "for this test only",
      },
    });
    assert.equal(status, 0, `pulumi ${args.join(" ")}\n${stdout}${stderr}`);
    return stdout;
  }
}
