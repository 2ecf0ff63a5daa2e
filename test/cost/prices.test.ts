import assert from "node:assert/strict";
import { ageNotices, regionNotices, STALE_AFTER_DAYS } from "../../cost/prices/age";
import { agreementProblems, LIST, priceBook } from "../../cost/prices/book";
import { priceListProblems } from "../../cost/prices/schema";
import { armTwin } from "../../cost/purchase/arm";
import { purchaseRows } from "../../cost/purchase/comparison";
import { creditRows } from "../../cost/purchase/credits";
import { machinePrice, OPTIONS } from "../../cost/purchase/options";
import { idle, priceOf, resource } from "./resources";

describe("the price list", () => {
  it("is one", () => assert.deepEqual(priceListProblems(LIST), []));

  it("is rejected with all its problems at once", () => {
    const broken = structuredClone(LIST) as unknown as {
      hoursPerMonth: unknown;
      sources: Record<string, unknown>;
      aws: { services: Record<string, unknown>; instances: { types: Record<string, unknown> } };
    };
    broken.hoursPerMonth = "730";
    broken.sources.skypilot = { what: "x", date: "last week" };
    broken.aws.services["nat.gateway"] = { usd: -1, unit: "hour", source: "unknown" };
    broken.aws.services["transfer.internet"] = {
      unit: "GB",
      source: "cyclenerd",
      tiers: [
        { upTo: 10, usd: 1 },
        { upTo: 5, usd: 1 },
        { upTo: 7, usd: 1 },
      ],
    };
    broken.aws.instances.types["t3.large"] = { vcpu: 2, memGiB: 8, hourly: 0, hourlySpot: "cheap" };
    assert.deepEqual(priceListProblems(broken), [
      'hoursPerMonth: "730"; must be a number above 0',
      'sources.skypilot.date: "last week"; must be a date like "2026-07-20", or null',
      "aws.instances.types.t3.large.hourly: 0; must be a number above 0",
      'aws.instances.types.t3.large.hourlySpot: "cheap"; must be a number above 0',
      'aws.services.nat.gateway.source: "unknown"; must be a key of sources',
      "aws.services.nat.gateway.usd: -1; must be a number above 0",
      "aws.services.transfer.internet.tiers[1].upTo: 5; must increase, and be omitted on the last step",
      "aws.services.transfer.internet.tiers[2].upTo: 7; must increase, and be omitted on the last step",
    ]);
    assert.deepEqual(priceListProblems(undefined), ["a price list must be an object"]);
  });
});

describe("a price book", () => {
  const disk = resource("aws:ebs/volume:Volume", { type: "gp3", size: 100 });
  const cents = (agreement: Parameters<typeof priceBook>[1]): number =>
    Math.round(priceBook("aws", agreement).service("ebs.gp3.storage")!.of(100) * 100);

  it("applies the discount to list prices, but not to negotiated ones", () => {
    assert.equal(cents({}), 800);
    assert.equal(cents({ discountPercent: 12.5 }), 700);
    assert.equal(cents({ discountPercent: 12.5, prices: { "aws.ebs.gp3.storage": 0.05 } }), 500);
  });

  it("applies negotiated machine prices proportionally to every purchase option", () => {
    const book = priceBook("gcp", { prices: { "gcp.instances.n2-standard-4": 0.097118 } }); // half of the list
    OPTIONS.forEach((option) => {
      const [own, list] = [book, priceBook("gcp")].map((each) => machinePrice(each, "n2-standard-4", option)!.usd);
      assert.equal((own! * 2).toFixed(9), list!.toFixed(9), option);
    });
  });

  it("is rejected with all its problems at once", () => {
    const agreement = { discountPercent: 120, prices: { "aws.nat": 1, "aws.nat.gateway": -1 } };
    assert.deepEqual(agreementProblems(agreement), [
      "discountPercent: 120; a number from 0 to 100, for example 12.5",
      'prices: "aws.nat" is not a price; for example "aws.nat.gateway" or "gcp.instances.e2-medium"',
      "prices.aws.nat.gateway: -1; US dollars, for example 0.08",
    ]);
    assert.throws(() => priceBook("aws", agreement), RangeError);
  });

  it("reports the age of the prices that are used", () => {
    const { lines } = priceOf("aws", [disk]);
    assert.deepEqual(ageNotices(lines, new Date("2024-07-02")), []);
    const later = new Date(Date.parse("2024-07-01") + (STALE_AFTER_DAYS + 1) * 86_400_000);
    assert.deepEqual(ageNotices(lines, later), [
      "$8.00 of the total uses prices older than 180 days, the oldest from 2024-07-01: npm run prices:refresh",
    ]);
    const { lines: undated } = priceOf("gcp", [resource("gcp:compute/globalForwardingRule:GlobalForwardingRule")]);
    assert.deepEqual(ageNotices(undated.slice(0, 1), new Date("2026-11-24")), [
      "$18.25 of the total uses prices from an undated source",
    ]);
    assert.deepEqual(regionNotices(priceBook("aws"), "us-east-1"), []);
    assert.deepEqual(regionNotices(priceBook("aws"), "eu-west-1"), [
      "prices are those of us-east-1; pass the prices of eu-west-1 with --price-book",
    ]);
  });
});

describe("ways to pay", () => {
  const data = resource("gcp:compute/instance:Instance", { machineType: "n1-standard-4" });
  const template = resource("gcp:compute/instanceTemplate:InstanceTemplate", { machineType: "e2-medium" });
  const manager = resource(
    "gcp:compute/instanceGroupManager:InstanceGroupManager",
    { targetSize: 2 },
    { dependsOn: [template.urn] },
  );

  it("are alternatives on Google Cloud: sustained use and commitments never combine", () => {
    const rows = purchaseRows([data, template, manager], { book: priceBook("gcp"), usage: idle() });
    assert.deepEqual(
      rows.map(({ way, machineCents, ruleOfThumbCents }) => [way, machineCents, ruleOfThumbCents]),
      [
        // n1-standard-4: 0.189999 x 730 = 138.70; e2-medium 24.46 x 2. Boot disk (pd-standard, 10 GB) isn't a machine.
        ["on-demand", 18762, undefined],
        ["sustained-use", 9709 + 4892, undefined], // 30 % off n1, nothing off e2
        ["reserved-1y", 8738 + 3082, 11257], // 37 % off the list; 187.62 x 0.6
        ["reserved-3y", 6242 + 2202, 11257], // 55 % off the list
        ["spot", 13870 + 2936, 15338], // the data node stays on demand; e2: 0.020106 x 730 = 14.68; 187.62 - 48.92 x 0.7
      ],
    );
  });

  it("mark estimated prices on AWS", () => {
    const book = priceBook("aws");
    assert.equal(machinePrice(book, "t3.large", "reserved-1y")!.estimated, false);
    assert.equal(machinePrice(book, "r5a.large", "reserved-1y")!.estimated, true);
    assert.equal(machinePrice(book, "c5.2xlarge", "spot")!.estimated, false);
    assert.equal(machinePrice(book, "r5a.large", "spot")!.estimated, true);
    assert.equal(machinePrice(book, "r5a.large", "sustained-use"), undefined);
    assert.equal(machinePrice(book, "none.large", "on-demand"), undefined);
  });

  it("find arm64 types at least as large, burstable for burstable", () => {
    const book = priceBook("aws");
    assert.deepEqual(
      ["t3a.xlarge", "r5a.large", "c6a.xlarge", "m5a.2xlarge"].map((type) => armTwin(book, type)),
      ["t4g.xlarge", "r6g.large", "c6g.xlarge", "m6g.2xlarge"],
    );
    assert.equal(armTwin(priceBook("gcp"), "e2-medium"), undefined);
  });

  it("report the baseline of burstable machines, and the price of exceeding it", () => {
    const machine = resource("aws:ec2/instance:Instance", {
      instanceType: "t3a.xlarge",
      creditSpecification: { cpuCredits: "standard" },
    });
    assert.deepEqual(creditRows(priceOf("aws", [machine]), priceBook("aws")), [
      { type: "t3a.xlarge", count: 1, vcpu: 4, baselineVcpu: 1.6, unlimitedCents: 8760 }, // 2.4 x 730 x 0.05
    ]);
  });
});
