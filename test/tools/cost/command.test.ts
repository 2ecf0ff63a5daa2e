import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Summary } from "../../../cost/summary";
import { command, type CommandRun } from "../../support/command";
import type { CostReport } from "../../../planning/price/tables";

const cost = (...args: readonly string[]): CommandRun => command("cost", args);

describe("npm run cost", function () {
  this.timeout(120_000);
  let directory: string;
  before(() => (directory = mkdtempSync(join(tmpdir(), "cost-"))));
  after(() => rmSync(directory, { recursive: true }));
  const file = (name: string): string => join(directory, name);

  it("prints an estimate as JSON: its lines add up to services, kinds and the sum", () => {
    const { status, out } = cost("--stack", "prod", "--set", "placement=packed", "--json");
    assert.equal(status, 0);
    writeFileSync(file("base.json"), out);
    const report = JSON.parse(out) as Summary & CostReport;
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    assert.equal(sum(report.lines.map(({ cents }) => cents)), report.cents);
    assert.equal(sum(Object.values(report.kinds)), report.cents);
    assert.equal(sum(Object.values(report.services).flatMap((kinds) => Object.values(kinds))), report.cents);
    assert.equal(report.levers.length, 3);
    report.lines.forEach(({ source }) => assert.ok(source.what !== ""));
  });

  it("compares with an earlier estimate, as Markdown", () => {
    const { status, out } = cost("--stack", "prod", "--compare", file("base.json"), "--markdown");
    assert.equal(status, 0);
    assert.match(out, /^### Price of `prod`: t3 on aws, dedicated, highly available$/m);
    assert.match(out, /\*\*From "t3 on aws, packed, highly available" to "t3 on aws, dedicated, highly available"\*\*/);
    assert.match(out, /^\| neo4j \| \$[\d.]+ \| \$[\d.]+ \| \+\$[\d.]+ \|$/m);
  });

  it("compares with another tier, and fails above the budget with --fail-above-budget", () => {
    const { status, out } = cost(
      ...["--stack", "prod", "--set", "budgetUsd=100", "--compare", "tier=t4", "--fail-above-budget"],
    );
    assert.equal(status, 1);
    assert.match(out, /From "t3 on aws, dedicated, highly available" to "t4 on aws, dedicated, highly available"/);
    assert.match(out, /^\$[\d,.]+ a month, [\d.]+ % of the budget of \$100\.00: \$[\d.]+ over budget$/m);
  });

  it("prices an exported state", () => {
    const urn = "urn:pulumi:prod::ape-deploy::aws:ec2/natGateway:NatGateway::nat";
    const resources = [{ urn, type: "aws:ec2/natGateway:NatGateway", custom: true, inputs: {}, outputs: {} }];
    writeFileSync(file("state.json"), JSON.stringify({ version: 3, deployment: { resources } }));
    const { status, out } = cost("--stack", "prod", "--state", file("state.json"), "--json");
    assert.equal(status, 0);
    const { cents, lines } = JSON.parse(out) as Summary & CostReport;
    assert.equal(cents, 3285); // 730 x 0.045
    assert.deepEqual(
      lines.map(({ item }) => item),
      ["NAT gateway", "through the NAT gateway"],
    );
  });

  it("draws every tier on both clouds", () => {
    const { status, error } = cost("--stack", "dev", "--chart", file("chart.svg"));
    assert.deepEqual([status, error.trim()], [0, `drawn: ${file("chart.svg")}`]);
    const svg = readFileSync(file("chart.svg"), "utf8");
    for (const name of ["t1 aws", "t1 gcp", "t2 aws", "t2 gcp", "t3 aws", "t3 gcp", "t4 aws", "t4 gcp"]) {
      assert.ok(svg.includes(`>${name}</text>`), name);
    }
    assert.equal(svg.match(/<title>budget: /g)!.length, 8);
  });

  for (const [args, message] of [
    [["--usage", "queries=5"], /^"queries" is not an assumption; use one of queriesPerHour, /],
    [["--usage", "queries"], /^--usage queries: expected key=value, for example --usage queriesPerHour=400$/],
    [["--compare", "none.json"], /^--compare none\.json: no such file$/],
    [["--discount", "200"], /^discountPercent: 200; a number from 0 to 100, for example 12\.5$/],
    [["--state", "package.json"], /^not a state of version 3 \(version: "0\.1\.0"\)/],
    [["--stack", "nowhere"], /^no such stack: nowhere \(stacks: dev, prod\)$/],
  ] as const) {
    it(`reports the problem of ${args.join(" ")}`, () => {
      const { status, out, error } = cost(...args);
      assert.deepEqual([status, out], [2, ""]);
      assert.match(error.trim().split("\n")[0]!, message);
    });
  }
});
