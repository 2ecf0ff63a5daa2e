import assert from "node:assert/strict";
import { DATA_SERVICES } from "../../../components/model/role";
import { checkChange } from "../../../planning/change/check-change";
import type { Check } from "../../../planning/change/check";
import type { StoredDrill } from "../../../planning/change/drill-records";
import type { ChangeReport } from "../../../planning/change/report";
import { UsageError } from "../../../planning/stack-file";
import { drill, NOW, planned, reported, runningStack } from "./fixtures";

const DRILLS: readonly StoredDrill[] = [
  drill("change", "setting changed, leaders moved before", { redisSecondsWithoutWrites: 1.5, apiRequestsFailed: 0 }),
  ...DATA_SERVICES.map((service) => drill(`${service}-restore`, "restore", {})),
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
      assert.match(error.message, /^--confirm everything: no such check; use allowed, /);
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

  it("fails when protected disks would be deleted; otherwise the operator decides", async () => {
    const change = ["highAvailability=false", "zones=1"];
    const data = async (base: readonly string[]): Promise<Check> =>
      (await reported("prod", base, change)).checks.find(({ id }) => id === "data")!;
    const { result, evidence, remedy } = await data([]);
    assert.equal(result, "fail");
    assert.match(evidence, /redis-3-data/);
    assert.match(remedy, /deletionProtection false/);
    assert.equal((await data(["deletionProtection=false"])).result, "unknown");
  });

  for (const [settings, id, evidence] of [
    [
      ["region=us-west-2", "image=ami-0123456789abcdef0"],
      "allowed",
      /^region="us-west-2": every resource would be created in the new region/,
    ],
    [["networkCidr=10.99.0.0/16"], "allowed", /^networkCidr="10\.99\.0\.0\/16": the network/],
    [
      ["overrides.timescaledb.diskGiB=10"],
      "allowed",
      /^overrides\.timescaledb\.diskGiB=10: the data disks of timescaledb-1 have 20 GiB/,
    ],
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
