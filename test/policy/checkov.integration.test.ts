import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { Judged } from "../../planning/record";
import { pythonPrograms } from "../../rehearsal/build/python";
import { attempt } from "../../rehearsal/system/process";
import { onPath } from "../support/programs";
import { hasTerraform, terraformPlan } from "./checkov/terraform";
import { clean, CLEAN_CELLS } from "./clean";
import { withInput } from "./mutations/mutation";

const CHECKOV = "checkov==3.3.30";

interface Waiver {
  readonly check: string;
  /** The only resource it is for; absent: any. */
  readonly resource?: string;
  readonly reason: string;
}

const WAIVERS = parse(readFileSync(join(__dirname, "checkov/waivers.yaml"), "utf8")) as readonly Waiver[];

interface Report {
  readonly summary: { readonly resource_count: number; readonly skipped: number; readonly parsing_errors: number };
  readonly results: {
    readonly failed_checks: readonly { readonly check_id: string; readonly resource: string; file_path: string }[];
  };
}

/** Runs checkov on a folder, without a network. */
async function checkov(framework: "terraform_plan" | "kubernetes", folder: string): Promise<Report> {
  const python = join(await pythonPrograms(CHECKOV), "python");
  const { stdout, stderr } = await attempt(
    [
      ...[python, "-m", "checkov.main", "--directory", folder, "--framework", framework],
      ...["--output", "json", "--quiet", "--compact", "--skip-download", "--soft-fail"],
    ],
    { env: { EVAL_TF_PLAN_AFTER_UNKNOWN: "true", LOG_LEVEL: "ERROR" } },
  );
  try {
    return JSON.parse(stdout) as Report;
  } catch {
    throw new Error(`checkov printed no report: ${stderr.slice(-2000)}`);
  }
}

describe("checkov", function () {
  this.timeout(600_000);
  let folder: string;
  let terraform: Judged[] = [];
  const used = new Set<Waiver>();

  before(function () {
    onPath(this, "python3");
    folder = mkdtempSync(join(tmpdir(), "checkov-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const files = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const unwaived = ({ results }: Report): string[] =>
    results.failed_checks.flatMap(({ check_id: check, resource, file_path: file }) => {
      const waiver = WAIVERS.find((each) => each.check === check && (each.resource ?? resource) === resource);
      return waiver === undefined ? [`${check} ${resource} of ${file}`] : (used.add(waiver), []);
    });

  it("finds nothing in the stacks of all tiers, clouds and runtimes but what is waived, and reads every resource", async () => {
    const counts = { terraform: 0, kubernetes: 0, deployments: 0 };
    for (const [cell, runtime] of CLEAN_CELLS) {
      const { name, resources } = await clean(cell, runtime);
      terraform = resources.filter(hasTerraform);
      // What the provider names is nameless in a preview, and checkov passes it over.
      const manifests = resources
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ name: given, inputs }): Judged["inputs"] => ({
          ...inputs,
          metadata: { name: given, ...(inputs.metadata as object) },
        }));
      writeFileSync(join(files("terraform"), `${name}.json`), JSON.stringify(terraformPlan(terraform)));
      const list = { apiVersion: "v1", kind: "List", items: manifests };
      writeFileSync(join(files("kubernetes"), `${name}.json`), JSON.stringify(list));
      counts.terraform += terraform.length;
      counts.kubernetes += manifests.length;
      counts.deployments += manifests.filter(({ kind }) => kind === "Deployment").length;
    }
    const clouds = await checkov("terraform_plan", files("terraform"));
    const clusters = await checkov("kubernetes", files("kubernetes"));
    assert.deepEqual([...unwaived(clouds), ...unwaived(clusters)], []);
    assert.equal(clouds.summary.resource_count, counts.terraform);
    for (const { summary } of [clouds, clusters]) {
      assert.deepEqual([summary.skipped, summary.parsing_errors], [0, 0]);
    }
    // Of a Deployment checkov also counts the pod.
    assert.equal(clusters.summary.resource_count, counts.kubernetes + counts.deployments);
  });

  it("has no unused waiver", () => {
    assert.deepEqual(
      WAIVERS.filter((waiver) => !used.has(waiver)).map(({ check }) => check),
      [],
    );
  });

  it("finds broken properties: the translation hides nothing", async () => {
    const broken = terraform.map((each) =>
      each.type === "gcp:compute/instance:Instance"
        ? withInput(each, "networkInterfaces", [{ network: "default", accessConfigs: [{}] }])
        : each.type === "gcp:compute/firewall:Firewall"
          ? withInput(each, "sourceRanges", ["0.0.0.0/0"])
          : each,
    );
    writeFileSync(join(files("broken"), "broken.json"), JSON.stringify(terraformPlan(broken)));
    const found = new Set(unwaived(await checkov("terraform_plan", files("broken"))).map((each) => each.split(" ")[0]));
    assert.ok(found.has("CKV_GCP_40"), [...found].join(", "));
  });
});
