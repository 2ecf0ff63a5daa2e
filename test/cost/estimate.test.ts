import assert from "node:assert/strict";
import fc from "fast-check";
import { budgetProblems } from "../../cost/budget";
import { sumCents, type Estimate } from "../../cost/line";
import { CLOUDS, type Cloud } from "../../components/model/cloud";
import { machineTypes } from "../../components/model/machine-types";
import { estimate } from "../../cost/estimate";
import { priceBook } from "../../cost/prices/book";
import { OPTIONS } from "../../cost/purchase/options";
import { plannedResources, type CloudResource } from "../../cost/resource";
import { StateError, stateResources } from "../../cost/state";
import { usageOf } from "../../cost/usage";
import { TIER_NAMES } from "../../stacks/tiers";
import { planResources } from "../../planning/plan";
import { CELLS, planCell } from "../support/cells";
import { priceOf, resource } from "./resources";

/** A machine with its disk, and a few other resources of one cloud. */
function anything(cloud: Cloud): fc.Arbitrary<CloudResource[]> {
  const type = fc.constantFrom(...machineTypes(cloud).map(({ name }) => name));
  const gb = fc.integer({ min: 1, max: 16384 });
  const one =
    cloud === "aws"
      ? fc.oneof(
          fc.record({ type, gb }).map(({ type: instanceType, gb: volumeSize }) =>
            resource("aws:ec2/instance:Instance", {
              instanceType,
              rootBlockDevice: { volumeType: "gp3", volumeSize },
            }),
          ),
          gb.map((size) =>
            resource("aws:ebs/volume:Volume", { type: "gp3", size, iops: size, availabilityZone: `${size % 3}` }),
          ),
          fc
            .constantFrom("aws:ec2/natGateway:NatGateway", "aws:kms/key:Key", "aws:ec2/vpc:Vpc")
            .map((of) => resource(of)),
          fc.array(fc.string()).map((subnets) => resource("aws:lb/loadBalancer:LoadBalancer", { subnets })),
        )
      : fc.oneof(
          fc
            .record({ type, gb })
            .map(({ type: machineType, gb: size }) =>
              resource("gcp:compute/instance:Instance", { machineType, bootDisk: { initializeParams: { size } } }),
            ),
          gb.map((size) => resource("gcp:compute/disk:Disk", { type: "pd-ssd", size, zone: `${size % 3}` })),
          fc
            .constantFrom(
              "gcp:compute/routerNat:RouterNat",
              "gcp:compute/globalForwardingRule:GlobalForwardingRule",
              "gcp:compute/network:Network",
            )
            .map((of) => resource(of)),
        );
  return fc
    .array(one, { maxLength: 30 })
    .map((all) => all.map((each, index) => ({ ...each, name: `r${index}`, urn: `${each.urn}${index}` })));
}

const anyStack = fc
  .constantFrom(...CLOUDS)
  .chain((cloud) => fc.record({ cloud: fc.constant(cloud), resources: anything(cloud) }));

describe("an estimate", () => {
  it("is the sum of its lines, never negative or NaN, for any resources and purchase option", () => {
    fc.assert(
      fc.property(
        anyStack,
        fc.constantFrom(...OPTIONS),
        fc.constantFrom(...TIER_NAMES),
        ({ cloud, resources }, option, tier) => {
          const priced = estimate(resources, { book: priceBook(cloud), usage: usageOf(tier), option });
          assert.equal(priced.cents, sumCents(priced.lines));
          priced.lines.forEach(({ cents }) => assert.ok(Number.isInteger(cents) && cents >= 0, `${cents}`));
          assert.deepEqual(priced.unpriced, []);
        },
      ),
    );
  });

  it("doesn't depend on the order of the resources", () => {
    fc.assert(
      fc.property(anyStack, fc.infiniteStream(fc.nat()), ({ cloud, resources }, keys) => {
        const shuffled = resources
          .map((each) => ({ each, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        const usage = usageOf("t3");
        assert.deepEqual(priceOf(cloud, shuffled, { usage }), priceOf(cloud, resources, { usage }));
      }),
    );
  });

  it("doubles a group's lines with its nodes", () => {
    const template = resource("aws:ec2/launchTemplate:LaunchTemplate", {
      instanceType: "t3a.medium",
      blockDeviceMappings: [{ ebs: { volumeType: "gp3", volumeSize: 17 } }],
    });
    const group = (minSize: number): number[] =>
      priceOf("aws", [
        template,
        resource("aws:autoscaling/group:Group", { minSize }, { dependsOn: [template.urn] }),
      ]).lines.map(({ cents }) => cents);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (size) =>
        assert.deepEqual(
          group(2 * size),
          group(size).map((cents) => 2 * cents),
        ),
      ),
    );
  });

  it("reports unpriced resources, never as free", () => {
    const { lines, unpriced } = priceOf("aws", [
      resource("aws:rds/instance:Instance"),
      resource("aws:ec2/instance:Instance", { instanceType: "u-24tb1.metal" }),
      resource("aws:ebs/volume:Volume", { type: "gp9", size: 1 }),
      resource("aws:autoscaling/group:Group", { minSize: 1 }),
      resource("aws:iam/role:Role"),
      resource("kubernetes:apps/v1:Deployment"),
    ]);
    assert.deepEqual(
      unpriced.map(({ type, reason }) => [type, reason]),
      [
        ["aws:autoscaling/group:Group", "its launch template is not among the resources"],
        ["aws:ebs/volume:Volume", 'gp9 disk: no price "ebs.gp9.storage"'],
        ["aws:ec2/instance:Instance", "no price of instance type u-24tb1.metal"],
        ["aws:rds/instance:Instance", "no pricing rule for this type"],
        ["kubernetes:apps/v1:Deployment", "its pods run on nodes of a cluster outside the stack"],
      ],
    );
    assert.deepEqual(
      lines.map(({ item, cents }) => [item, cents]),
      [["gp2 disk", 80]], // the unknown machine's root disk: 8 x 0.10
    );
  });

  it("names for each line the source of its price", () => {
    const { lines } = priceOf("gcp", [resource("gcp:compute/disk:Disk", { size: 1, type: "pd-ssd" })]);
    assert.deepEqual(
      lines.map(({ source }) => source),
      [{ what: "Cyclenerd/google-cloud-pricing-cost-calculator @fd66b26 pricing.yml", date: "2026-07-30" }],
    );
  });

  for (const cell of CELLS.filter(({ tier }) => tier === "t3" || tier === "t1")) {
    it(`prices everything of ${cell.name}`, async () => {
      const { resources } = await planResources(planCell(cell));
      const priced = priceOf(cell.cloud, plannedResources(resources), { usage: usageOf(cell.tier) });
      assert.deepEqual(priced.unpriced, []);
      assert.ok(priced.cents > 5000);
    });
  }
});

describe("an exported state", () => {
  const machine = {
    urn: "urn:pulumi:prod::ape-deploy::ape:redis:Redis$aws:ec2/instance:Instance::redis-1",
    type: "aws:ec2/instance:Instance",
    custom: true,
    id: "i-1",
    inputs: { instanceType: "t3.large", tags: { Service: "redis" } },
    outputs: {
      instanceType: "t3.large",
      rootBlockDevice: { volumeType: "gp3", volumeSize: 20 },
      creditSpecification: { cpuCredits: "standard" },
    },
  };
  const state = (...resources: object[]): unknown => ({ version: 3, deployment: { resources } });

  it("is priced with the cloud's defaults", () => {
    const priced = priceOf("aws", stateResources(state(machine)));
    assert.deepEqual(
      priced.lines.map(({ item, cents, owners }) => [item, cents, owners]),
      [
        ["t3.large, on-demand", 6074, ["redis"]],
        ["gp3 disk", 160, ["redis"]],
      ],
    );
  });

  it("omits components, look-ups and resources pending deletion", () => {
    const others = [
      { ...machine, custom: false },
      { ...machine, external: true },
      { ...machine, delete: true },
    ];
    assert.deepEqual(stateResources(state(...others)), []);
    assert.deepEqual(stateResources({ version: 3, deployment: {} }), []);
  });

  it("is rejected in another format", () => {
    assert.throws(() => stateResources({ version: 2, deployment: {} }), StateError);
    assert.throws(() => stateResources([]), /not a state of version 3 \(version: none\)/);
    assert.throws(() => stateResources(state({ custom: true })), /resources\[0\] has no urn or type/);
  });
});

describe("a budget", () => {
  const budgets: Readonly<Record<Cloud, Estimate>> = {
    aws: priceOf("aws", [resource("aws:ec2/natGateway:NatGateway"), resource("aws:kms/key:Key")]), // 32.85 + 1.00
    gcp: priceOf("gcp", [resource("gcp:compute/disk:Disk", { size: 300 }), resource("gcp:kms/cryptoKey:CryptoKey")]), // 12.00 + 0.06
  };

  for (const cloud of CLOUDS) {
    it(`holds one cent under and at the price, and not one cent over (${cloud})`, () => {
      const { cents } = budgets[cloud];
      assert.deepEqual(budgetProblems(budgets[cloud], cents + 1), []);
      assert.deepEqual(budgetProblems(budgets[cloud], cents), []);
      assert.equal(budgetProblems(budgets[cloud], cents - 1).length, 1);
    });
  }

  it("reports the total, the excess and the largest lines", () => {
    assert.deepEqual(budgetProblems(budgets.aws, 3384), [
      "the stack costs $33.85 a month, $0.01 above its budget of $33.84; largest: x: NAT gateway $32.85, x: key $1.00, x: through the NAT gateway $0.00",
    ]);
    const half = priceOf("gcp", [
      resource("gcp:compute/disk:Disk", { size: 300 }),
      resource("gcp:sql/databaseInstance:DatabaseInstance"),
    ]);
    assert.deepEqual(budgetProblems(half, 1000), [
      "the stack costs $12.00 a month, $2.00 above its budget of $10.00; excludes 1 without a price; largest: x: pd-standard disk $12.00",
    ]);
  });
});
