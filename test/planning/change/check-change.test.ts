import assert from "node:assert/strict";
import { checkChange } from "../../../planning/change/check-change";
import type { StoredDrill } from "../../../planning/change/drill-records";
import type { ChangeReport } from "../../../planning/change/report";
import { UsageError } from "../../../planning/stack-file";
import { drill, NOW, planned, reported, runningStack } from "./fixtures";

const DRILLS: readonly StoredDrill[] = [
  drill("change", "setting changed, leaders moved before", { redisSecondsWithoutWrites: 1.5, apiRequestsFailed: 0 }),
  ...["timescaledb", "neo4j", "redis"].map((service) => drill(`${service}-restore`, "restore", {})),
];

describe("the checklist of a change", function () {
  this.timeout(60_000);

  async function checked(settings: readonly string[], confirm: readonly string[] = []): Promise<ChangeReport> {
    const { stores } = runningStack(await planned("dev"));
    return checkChange({
      stack: "dev",
      settings,
      confirm,
      open: () => Promise.resolve(stores),
      progress: () => undefined,
      drills: DRILLS,
      now: NOW,
    });
  }

  function open({ checks }: ChangeReport): string[] {
    return checks.flatMap(({ id, result }) => (result === "fail" || result === "unknown" ? `${id} ${result}` : []));
  }

  it("passes when everything is known; what is unknown can be confirmed", async () => {
    const settings = ["budgetUsd=200"];
    assert.deepEqual(open(await checked(settings)), ["disks unknown"]);
    const report = await checked(settings, ["disks"]);
    assert.ok(report.passed);
    assert.match(report.checks.find(({ id }) => id === "disks")!.evidence, /^confirmed by the operator/);
  });

  it("a confirmation does not overrule a failure", async () => {
    const report = await checked(["budgetUsd=1"], ["budget", "policies", "disks"]);
    assert.ok(!report.passed);
    assert.deepEqual(open(report), ["policies fail", "budget fail"]);
  });

  it("refuses a confirmation of no check", async () => {
    await assert.rejects(checked([], ["everything"]), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^--confirm everything: no such check; use same-stack, /);
      return true;
    });
  });

  it("is printed without secrets", async () => {
    const { planned: plan } = await planned("dev", ["cloud=gcp"]);
    const report = await reported("dev", ["cloud=gcp"], ["tier=t2"]);
    const contents = plan.judged().flatMap(({ inputs }) => (typeof inputs.content === "string" ? inputs.content : []));
    assert.ok(contents.length > 1);
    assert.deepEqual(
      contents.filter((content) => JSON.stringify(report).includes(content)),
      [],
    );
  });

  it("fails when members and their disks would be deleted", async () => {
    const { checks } = await reported("prod", [], ["highAvailability=false", "zones=1"]);
    const { result, evidence, remedy } = checks.find(({ id }) => id === "data")!;
    assert.deepEqual(
      [result, /redis-3-data/.test(evidence), /pulumi state unprotect/.test(remedy)],
      ["fail", true, true],
    );
  });

  for (const [settings, id, evidence] of [
    [["region=us-west-2", "image=ami-0123456789abcdef0"], "same-stack", /region changes from us-east-1 to us-west-2/],
    [["networkCidr=10.99.0.0/16"], "same-stack", /networkCidr changes from /],
    [["overrides.timescaledb.diskGiB=10"], "data", /timescaledb-1: 20 GiB to 10 GiB/],
  ] as const) {
    it(`${settings.join(" ")} fails ${id}`, async () => {
      const { checks } = await reported("dev", [], settings);
      const found = checks.find((each) => each.id === id)!;
      assert.equal(found.result, "fail", found.evidence);
      assert.match(found.evidence, evidence);
      assert.notEqual(found.remedy, "");
    });
  }
});
