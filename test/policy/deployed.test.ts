import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { StateError } from "../../cost/state";
import { deployApe } from "../../stacks/ape";
import { deployedResources, stackOf } from "../../planning/policy/deployed";
import { viewOf } from "../../planning/policy/view";
import { resultOf } from "../../planning/policy/result";
import { record, SECRET, SECRET_SIGNATURE, SIGNATURE, STACK_TYPE } from "../../planning/record";
import { computedValues } from "../../rehearsal/stack/computed-values";
import { CELLS, planCell, type Cell } from "../support/cells";
import { command } from "../support/command";
import { clean } from "./clean";

/** A stack's state after an update as `pulumi stack export` writes it: secrets encrypted, or in the clear. */
async function exported(cell: Cell, reveal = false): Promise<ExportedState> {
  const recording = await record(() => deployApe(planCell(cell), { kubeconfig: pulumi.secret("of no use here") }), {
    project: "ape-deploy",
    organization: "organization",
    stack: "test",
    preview: false,
    computed: computedValues("deployed"),
    reveal,
  });
  const hidden = (value: unknown): object =>
    JSON.parse(
      JSON.stringify(value, (_key, inner: unknown) =>
        inner === SECRET ? { [SIGNATURE]: SECRET_SIGNATURE, ciphertext: "v1:abc:def" } : inner,
      ),
    ) as object;
  const references = new Map(recording.judged().map((each) => [each.urn, each.references]));
  const resources = recording.resources.map(({ dependsOn, ...resource }) => ({
    ...resource,
    dependencies: dependsOn,
    propertyDependencies: references.get(resource.urn),
    inputs: hidden(resource.inputs),
    outputs: hidden(resource.type === STACK_TYPE ? recording.outputs : resource.inputs),
  }));
  return { version: 3, deployment: { resources } };
}

interface ExportedState {
  readonly version: number;
  readonly deployment: { readonly resources: { type: string; inputs: object; outputs: object }[] };
}

/** Manual changes after the update, by cloud, and the rule that finds each. */
const BROKEN = {
  aws: { type: "aws:ebs/volume:Volume", input: "encrypted", value: false, rule: "aws-disk-encrypted" },
  gcp: {
    type: "gcp:storage/bucket:Bucket",
    input: "publicAccessPrevention",
    value: "inherited",
    rule: "gcp-bucket-not-public",
  },
} as const;

describe("an exported state", function () {
  const cells = CELLS.filter(({ name }) => ["t1-aws-packed-single", "t3-gcp-dedicated-ha"].includes(name));

  for (const cell of cells) {
    it(`of ${cell.name} is judged as its plan is, and what was changed since is found`, async () => {
      const { context } = await clean(cell, "vm");
      const state = await exported(cell, true);
      const resources = deployedResources(state);
      assert.equal(stackOf(resources), "test");
      const { violations } = resultOf(viewOf(resources), context);
      assert.deepEqual(
        violations.map(({ rule, urn, message }) => `${rule.name} ${urn} ${message}`),
        [],
      );
      const { type, input, value, rule } = BROKEN[cell.cloud];
      const changed = state.deployment.resources.find((each) => each.type === type)!;
      changed.inputs = { ...changed.inputs, [input]: value };
      const found = resultOf(viewOf(deployedResources(state)), context).violations;
      assert.deepEqual(
        found.map((violation) => violation.rule.name),
        [rule],
      );
    });
  }

  it("that hides a required value is unjudged, and fails", async () => {
    const [, cell] = cells as [Cell, Cell];
    const { context } = await clean(cell, "vm");
    const { violations } = resultOf(viewOf(deployedResources(await exported(cell))), context);
    assert.notEqual(violations.length, 0);
    assert.ok(violations.every(({ unjudged }) => unjudged));
  });

  it("shows its secrets to policies only if exported with them", () => {
    const judged = (secret: object): unknown => {
      const stack = { type: STACK_TYPE, urn: "urn:pulumi:dev::ape-deploy::pulumi:pulumi:Stack::ape-deploy-dev" };
      const outputs = { key: { [SIGNATURE]: SECRET_SIGNATURE, ...secret } };
      return deployedResources({ version: 3, deployment: { resources: [{ ...stack, outputs }] } })[0]!.inputs;
    };
    assert.deepEqual(judged({ plaintext: '"given"' }), { key: "given" });
    assert.deepEqual(judged({ ciphertext: "v1:abc:def" }), { key: pulumi.runtime.unknownValue });
  });

  it("is rejected if it is not one", () => {
    assert.throws(() => deployedResources({ version: 2 }), StateError);
    assert.throws(() => deployedResources(null), StateError);
  });

  it("is judged by the command: its exit code, its report and its files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "policy-"));
    try {
      const state = await exported(cells[0]!);
      const [file, sarif, junit] = ["state.json", "state.sarif", "state.xml"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      writeFileSync(file, JSON.stringify(state));
      const good = command("policy", ["--file", file, "--sarif", sarif, "--junit", junit]);
      assert.match(good.out, /^Policies: passed; /, good.error);
      assert.equal(good.status, 0);
      assert.equal((JSON.parse(readFileSync(sarif, "utf8")) as { runs: unknown[] }).runs.length, 1);
      assert.match(readFileSync(junit, "utf8"), /failures="0"/);
      state.deployment.resources.forEach((each) => {
        each.inputs = each.type === BROKEN.aws.type ? { ...each.inputs, encrypted: false } : each.inputs;
      });
      const bad = command("policy", ["--file", "-", "--json"], JSON.stringify(state));
      assert.equal(bad.status, 1, bad.error);
      const { violations } = JSON.parse(bad.out) as { violations: { policy: string }[] };
      assert.deepEqual([...new Set(violations.map(({ policy }) => policy))], [BROKEN.aws.rule]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("that can't be parsed is rejected with instructions", () => {
    const run = (...args: readonly string[]): unknown[] => {
      const { status, error } = command("policy", args, "{}");
      return [status, error.trim()];
    };
    assert.deepEqual(run("--file", "none.json"), [2, "--file none.json: no such file"]);
    const [status, error] = run("--file", "-");
    assert.equal(status, 2);
    assert.match(error as string, /^not a state of version 3 \(version: none\): create one with "pulumi stack export/);
    assert.deepEqual(run("--file", "package.json", "--stack", "nowhere")[0], 2);
  });
});
