import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLOUDS } from "../../components/platform/platform";
import { onPath } from "../support/programs";

/**
 * A stack's whole life on Pulumi's own engine, with a backend in a folder. The clouds are whatever providers
 * PULUMI_DEBUG_PROVIDERS attaches ("aws:PORT,gcp:PORT,random:PORT"): without it this would create, and bill, real ones.
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

  for (const stack of ["dev", "prod"]) {
    for (const cloud of CLOUDS) {
      it(`${stack} on ${cloud}: preview, up, nothing left to do, destroy`, () => {
        const config = join(folder, `Pulumi.${stack}-${cloud}.yaml`);
        copyFileSync(`Pulumi.${stack}.yaml`, config);
        const pulumi = (...args: string[]): void => {
          const { status, stdout, stderr } = spawnSync("pulumi", [...args, "--non-interactive"], {
            env: {
              ...process.env,
              PULUMI_BACKEND_URL: `file://${folder}`,
              PULUMI_CONFIG_PASSPHRASE: "for this test only",
            },
          });
          assert.equal(status, 0, `pulumi ${args.join(" ")}\n${stdout.toString()}${stderr.toString()}`);
        };
        const selected = ["--stack", `${stack}-${cloud}`, "--config-file", config];
        pulumi("stack", "init", `${stack}-${cloud}`);
        pulumi("config", "set", "cloud", cloud, ...selected);
        pulumi("preview", ...selected);
        pulumi("up", "--yes", "--skip-preview", ...selected);
        pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", ...selected);
        pulumi("config", "set", "deletionProtection", "false", ...selected);
        pulumi("up", "--yes", "--skip-preview", ...selected);
        pulumi("destroy", "--yes", "--skip-preview", ...selected);
      });
    }
  }
});
