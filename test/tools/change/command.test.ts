import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChangeReport } from "../../../planning/change/report";
import { command } from "../../support/command";

const SETTING = ["--stack", "dev", "--set", "overrides.redis.maxMemoryGiB=0.2", "--offline"];

describe("npm run change", function () {
  this.timeout(60_000);
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), "ape-change-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("prints the report and keeps it as Markdown; unknown checks fail", () => {
    const record = join(folder, "new", "record.md");
    const { status, out, error } = command("change", [...SETTING, "--record", record]);
    assert.equal(status, 1);
    assert.match(out, /^Change of dev: overrides\.redis\.maxMemoryGiB=0\.2\n/);
    assert.match(out, /\? Every node serves its bootstrap\n {4}not read \(--offline\)\n/);
    assert.match(out, /^ {2}pulumi config rm -s dev --path ape-deploy:overrides\.redis\.maxMemoryGiB$/m);
    assert.ok(!out.includes("\u001b["), "colours without a terminal");
    assert.match(error, new RegExp(`written: ${record}`));
    assert.match(readFileSync(record, "utf8"), /^# Change of dev: .*\n\nNot ready: /);
  });

  it("prints JSON", () => {
    const { out } = command("change", [...SETTING, "--json"]);
    const report = JSON.parse(out) as ChangeReport;
    assert.deepEqual(
      [report.version, report.stack, report.passed, report.nodes.map(({ node, action }) => `${node} ${action}`)],
      [1, "dev", false, ["node-1 change in place"]],
    );
  });

  for (const [args, status, message] of [
    [["--stack", "nope"], 2, /^no such stack: nope \(stacks: .*dev.*\)\n$/],
    [["--set", "tier"], 2, /^--set tier: expected key=value, for example --set tier=t4\n$/],
    [["--set", "tier=t9"], 1, /tier: "t9"\n {2}allowed: t1, t2, t3 or t4\n/],
    [["--record", "record.txt"], 2, /^--record record\.txt: expected a Markdown file, for example /],
  ] as const) {
    it(`refuses ${args.join(" ")}`, () => {
      const run = command("change", args);
      assert.equal(run.status, status);
      assert.equal(run.out, "");
      assert.match(run.error, message);
    });
  }
});
