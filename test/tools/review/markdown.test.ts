import assert from "node:assert/strict";
import { judgedPlan, type JudgedPlan } from "../../../planning/judged-plan";
import type { Violation } from "../../../policy/judge";
import { RULES } from "../../../policy/rules";
import { passes, reviewMarkdown } from "../../../tools/review/markdown";

describe("the summary of a review", function () {
  let dev: JudgedPlan;
  before(async () => (dev = await judgedPlan("dev")));

  const violating = (message: string): JudgedPlan => {
    const violation: Violation = { rule: RULES[0]!, message, unjudged: false };
    return { ...dev, policies: { ...dev.policies, violations: [violation] } };
  };

  it("reports that a stack passes, its price and its changes", () => {
    const reviewed = { stack: "dev", plan: dev, since: { changes: [], cents: dev.price.cents - 250 } };
    const text = reviewMarkdown([reviewed]);
    assert.ok(passes(reviewed));
    assert.match(text, /^## Every stack passes: dev\n/);
    assert.match(text, /No resource changes\./);
    assert.match(text, /\$2\.50 more than before\./);
  });

  it("lists violations by policy, with the fix", () => {
    const reviewed = { stack: "dev", plan: violating("it is too large") };
    assert.ok(!passes(reviewed));
    const text = reviewMarkdown([{ stack: "prod", plan: dev }, reviewed]);
    assert.match(text, /^## dev: failed\n/);
    assert.ok(
      text.includes(`| <code>${RULES[0]!.name}</code> | ${RULES[0]!.severity} | the stack | it is too large |`),
    );
  });

  it("shows why a stack cannot be planned", () => {
    const text = reviewMarkdown([{ stack: "dev", plan: new Error('tier: "t5"\n``` allowed: t1') }]);
    assert.ok(text.includes('````text\ntier: "t5"\n``` allowed: t1\n````'));
  });

  it("escapes Markdown and HTML in texts of a change", () => {
    const text = reviewMarkdown([{ stack: "dev", plan: violating("<img src=x> | [link](https://example.com) @all") }]);
    const row = text.split("\n").find((line) => line.includes("img src"))!;
    assert.equal(row.split(" | ").length, 5);
    assert.doesNotMatch(row, /<img|\[link\]|@all/);
  });

  it("counts the rows that exceed a table's limit", () => {
    const changes = Array.from({ length: 1000 }, (_, index) => ({
      kind: "create" as const,
      urn: `urn:pulumi:dev::ape-deploy::aws:ec2/instance:Instance::node-${index}`,
      type: "aws:ec2/instance:Instance",
      protected: false,
      inputs: [],
    }));
    const text = reviewMarkdown([{ stack: "dev", plan: dev, since: { changes, cents: 0 } }]);
    assert.match(text, /Changes: 1000 create\./);
    assert.match(text, /and 960 more\./);
    assert.ok(text.length < 64_000);
  });
});
