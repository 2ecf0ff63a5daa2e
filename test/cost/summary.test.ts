import assert from "node:assert/strict";
import fc from "fast-check";
import { compare } from "../../cost/compare";
import { topLevers } from "../../cost/levers";
import { dollars, type Line, type Owner } from "../../cost/line";
import { divide } from "../../cost/shares";
import { OWNERS, serviceCents, summarize, summaryProblems } from "../../cost/summary";
import { remedyFor } from "../../cost/remedy";
import { priceBook } from "../../cost/prices/book";
import { usageOf, withUsage } from "../../cost/usage";
import { idle, priceOf, resource } from "./resources";

const shared = (instanceType: string, service: string): ReturnType<typeof resource> =>
  resource(
    "aws:ec2/instance:Instance",
    { instanceType, creditSpecification: { cpuCredits: "standard" }, tags: { Service: service } },
    { name: "node-1" },
  );
const about = { stack: "test", cloud: "aws", what: "x", budgetCents: 50_000 } as const;

describe("a summary", () => {
  it("divides shared machines by what their roles hold, to the cent", () => {
    const shares = new Map([
      [
        "node-1",
        new Map<Owner, number>([
          ["timescaledb", 4],
          ["neo4j", 8],
        ]),
      ],
    ]);
    const estimate = priceOf("aws", [shared("t3a.xlarge", "timescaledb+neo4j"), resource("aws:kms/key:Key")]);
    const summary = summarize(estimate, { ...about, shares });
    // 109.79 by 4 and 8: 36.5967 and 73.1933; the cent that is missing goes to the larger rest. Disk 0.80: 0.27 and 0.53.
    assert.deepEqual(summary.services, {
      api: {},
      timescaledb: { compute: 3660, disks: 27 },
      neo4j: { compute: 7319, disks: 53 },
      redis: {},
      stack: { "secrets and keys": 100 },
    });
    assert.deepEqual(summary.kinds, { compute: 10979, disks: 80, "secrets and keys": 100 });
    assert.deepEqual(summary.machines, { "timescaledb+neo4j": [{ item: "t3a.xlarge, on-demand", count: 1 }] });
  });

  it("loses no cent, for any shares", () => {
    const line = priceOf("aws", [shared("t3a.xlarge", "api+timescaledb+neo4j+redis")]).lines[0]!;
    const weights = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.nat(1_000_000), weights, (cents, [a, b, c, d]) => {
        const parts = new Map<Owner, number>([
          ["api", a!],
          ["timescaledb", b!],
          ["neo4j", c!],
          ["redis", d!],
        ]);
        const divided = [...divide({ ...line, cents } satisfies Line, new Map([["node-1", parts]])).values()];
        assert.equal(
          divided.reduce((sum, part) => sum + part, 0),
          cents,
        );
        assert.ok(divided.every((part) => Number.isInteger(part) && part >= 0));
      }),
    );
  });

  it("reports why a value is not one", () => {
    assert.deepEqual(summaryProblems(summarize(priceOf("aws", []), about)), []);
    assert.deepEqual(summaryProblems({ version: 2 }), [
      "version 2, not 1",
      "no sum or no budget",
      "no prices by service",
      "no machines",
    ]);
  });
});

describe("a comparison", () => {
  it("has every service, adds up to both sums, and names the machines that change", () => {
    const from = summarize(priceOf("aws", [shared("t3a.large", "redis")]), about);
    const to = summarize(priceOf("aws", [shared("t3a.xlarge", "redis"), resource("aws:kms/key:Key")]), about);
    const { services, machines } = compare(from, to);
    assert.deepEqual(
      services.map(({ service }) => service),
      OWNERS,
    );
    const sum = (side: "fromCents" | "toCents"): number => services.reduce((total, each) => total + each[side], 0);
    assert.deepEqual([sum("fromCents"), sum("toCents")], [from.cents, to.cents]);
    assert.deepEqual(
      services.find(({ service }) => service === "redis"),
      {
        service: "redis",
        fromCents: 5490 + 80, // 0.0752 x 730 = 54.896; 8 x 0.10
        toCents: 10979 + 80,
      },
    );
    assert.equal(serviceCents(to, "stack"), 100);
    assert.deepEqual(machines, [
      { services: "redis", from: "1 x t3a.large, on-demand", to: "1 x t3a.xlarge, on-demand" },
    ]);
  });
});

describe("levers", () => {
  const lever = (name: string, savedCents: number): Parameters<typeof topLevers>[0][number] => ({
    name,
    savedCents,
    how: "",
    risk: "",
  });
  it("are the three with the largest savings, without those that save nothing", () => {
    const all = [lever("d", 1), lever("none", 0), lever("worse", -5), lever("b", 7), lever("a", 7), lever("c", 3)];
    assert.deepEqual(
      topLevers(all).map(({ name }) => name),
      ["a", "b", "c"],
    );
  });
});

describe("a way to keep a budget", () => {
  const machine = resource("aws:ec2/instance:Instance", {
    instanceType: "t3.medium",
    creditSpecification: { cpuCredits: "standard" },
    rootBlockDevice: { volumeType: "gp3", volumeSize: 0 },
  });
  const remedy = (budgetCents: number): unknown =>
    remedyFor([machine], { book: priceBook("aws"), usage: idle() }, budgetCents);
  it("is the one with the least commitment", () => {
    assert.equal(remedy(3037), undefined); // 0.0416 x 730 = 30.37
    assert.deepEqual(remedy(3036), { option: "reserved-1y", cents: 1905 });
    assert.deepEqual(remedy(1904), { option: "reserved-3y", cents: 1314 });
    assert.deepEqual(remedy(1313), { cents: 1314 });
  });
});

describe("usage", () => {
  it("follows the tier, and any figure may be given", () => {
    assert.deepEqual(
      (["t1", "t2", "t3", "t4"] as const).map((tier) => usageOf(tier).queriesPerHour),
      [10, 100, 1000, 10_000],
    );
    const given = withUsage(usageOf("t3"), { queriesPerHour: "400", "dataGb.redis": 2 });
    assert.deepEqual([given.queriesPerHour, given.dataGb.redis, given.dataGb.neo4j], [400, 2, 10]);
    assert.equal(usageOf("t3").dataGb.redis, 1);
  });

  it("is rejected with all problems at once", () => {
    assert.throws(
      () => withUsage(usageOf("t1"), { queries: 1, "dataGb.kafka": 1, queriesPerHour: "many", writtenGb: -1 }),
      (error: Error) => {
        assert.ok(error instanceof RangeError);
        const lines = error.message.split("\n");
        assert.equal(lines.length, 4);
        assert.match(lines[0]!, /^"queries" is not an assumption; use one of queriesPerHour, /);
        assert.match(lines[1]!, /^"dataGb.kafka" is not an assumption/);
        assert.equal(lines[2], 'queriesPerHour: "many"; a number of at least 0, for example queriesPerHour=10');
        assert.equal(lines[3], "writtenGb: -1; a number of at least 0, for example writtenGb=0.775");
        return true;
      },
    );
  });
});

describe("dollars", () => {
  it("are written with their cents", () => {
    assert.deepEqual([0, 5, -300, 123450, 100000000].map(dollars), [
      "$0.00",
      "$0.05",
      "-$3.00",
      "$1,234.50",
      "$1,000,000.00",
    ]);
  });
});
