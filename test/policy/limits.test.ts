import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeAll } from "../../policy/judge";
import { LIMITS, type Share } from "../../policy/limits";
import { TIER_RULES } from "../../policy/rules/tier-limits";
import { contextOf } from "../../policy/settings";
import { SERVICES } from "../../components/model/role";
import { machineTypes, type MachineType } from "../../components/model/machine-types";
import type { Cloud } from "../../components/model/cloud";
import { TIER_NAMES, type TierName } from "../../stacks/tiers";
import { resourceOfStack, type Stack } from "./stack";

const CLOUDS: readonly Cloud[] = ["aws", "gcp"];
const CELLS = TIER_NAMES.flatMap((tier) => CLOUDS.map((cloud) => ({ tier, cloud })));
const RUNS = 60;

/** Types that the tier allows, the smallest first. */
function allowed(tier: TierName, cloud: Cloud): MachineType[] {
  const { families, node } = LIMITS[tier];
  return machineTypes(cloud)
    .filter(({ name }) => families[cloud].includes(name.split(cloud === "aws" ? "." : "-")[0]!))
    .filter(({ vcpu, memGiB }) => vcpu <= node.vcpu && memGiB <= node.memGiB)
    .sort((a, b) => a.vcpu - b.vcpu || a.memGiB - b.memGiB);
}

/** Names of the rules that a stack violates. */
function violated(tier: TierName, stack: Stack): string[] {
  const context = contextOf({ tier, today: "2026-06-01" });
  return [...new Set(judgeAll(TIER_RULES, resourceOfStack(stack), context).map(({ rule }) => rule.name))];
}

/** Names of the rules whose limits a stack exceeds, by adding up. */
function exceeded(tier: TierName, { machines }: Stack): string[] {
  const { services, stack } = LIMITS[tier];
  const over = (count: (share?: Share) => number, limit: (share?: Share) => number): boolean =>
    count() > limit() || SERVICES.some((share) => count(share) > limit(share));
  const of = (share?: Share): Stack["machines"] =>
    machines.filter((machine) => share === undefined || machine.share === share);
  const sums = (measure: "vcpu" | "memGiB"): boolean =>
    over(
      (share) => of(share).reduce((total, { type }) => total + type[measure], 0),
      (share) => (share === undefined ? stack : services[share])[measure],
    );
  const instances = over(
    (share) => of(share).length,
    (share) => (share === undefined ? Infinity : services[share].instances),
  );
  return [
    ...(instances ? ["tier-instances"] : []),
    ...(sums("vcpu") ? ["tier-vcpu"] : []),
    ...(sums("memGiB") ? ["tier-memory"] : []),
  ];
}

describe("a tier's limits", () => {
  CELLS.forEach(({ tier, cloud }) => {
    describe(`${tier} on ${cloud}`, () => {
      const types = allowed(tier, cloud);
      const limits = LIMITS[tier];
      const any = fc.array(fc.record({ share: fc.constantFrom(...SERVICES), type: fc.constantFrom(...types) }), {
        maxLength: 30,
      });
      /** A stack within every limit: machines are taken in turn, as long as they fit. */
      const within = any.map((machines) => fitting(tier, cloud, machines));

      it("has types of each family to choose from", () => assert.ok(types.length > 0));

      it("passes any stack within them", () =>
        fc.assert(
          fc.property(within, (stack) => assert.deepEqual(violated(tier, stack), [])),
          { numRuns: RUNS },
        ));

      it("fails stacks over a limit with exactly the limits that they exceed", () =>
        fc.assert(
          fc.property(any, (machines) => {
            const stack = { cloud, machines, disks: [] };
            assert.deepEqual(violated(tier, stack), exceeded(tier, stack));
          }),
          { numRuns: RUNS },
        ));

      SERVICES.forEach((share) => {
        const { instances, diskGiB, disksGiB } = limits.services[share];
        const smallest = types[0]!;

        it(`counts the machines of ${share}: ${instances} pass, one more fails`, () => {
          const at = { cloud, disks: [], machines: repeat(instances, share, smallest) };
          assert.ok(!violated(tier, at).includes("tier-instances"));
          const over = { ...at, machines: repeat(instances + 1, share, smallest) };
          assert.ok(exceeded(tier, over).includes("tier-instances"));
          assert.deepEqual(violated(tier, over), exceeded(tier, over));
        });

        it(`sums the machines of ${share}: the limit passes, the smallest step above fails`, () => {
          for (const [rule, measure] of [
            ["tier-vcpu", "vcpu"],
            ["tier-memory", "memGiB"],
          ] as const) {
            const below = fill(types, measure, limits.services[share][measure]);
            const at = { cloud, disks: [], machines: below.map((type) => ({ share, type })) };
            assert.ok(!violated(tier, at).includes(rule));
            const over = { ...at, machines: [...at.machines, { share, type: smallest }] };
            assert.ok(exceeded(tier, over).includes(rule));
            assert.deepEqual(violated(tier, over), exceeded(tier, over));
          }
        });

        if (diskGiB > 0) {
          it(`limits disks of ${share} to ${diskGiB} GiB each and ${disksGiB} in total, with one violation only`, () => {
            const disks = (sizes: readonly number[]): Stack => ({
              cloud,
              machines: [],
              disks: sizes.map((sizeGiB) => ({ share, sizeGiB })),
            });
            const full = Array.from({ length: disksGiB / diskGiB }, () => diskGiB);
            assert.deepEqual(violated(tier, disks(full)), []);
            assert.deepEqual(violated(tier, disks([diskGiB + 1])), ["tier-data-disks"]);
            assert.deepEqual(violated(tier, disks([...full, 1])), ["tier-data-disks"]);
          });
        }
      });
    });
  });
});

function repeat(count: number, share: Share, type: MachineType): Stack["machines"] {
  return Array.from({ length: count }, () => ({ share, type }));
}

/** Machines that come as near to a limit as the smallest type lets them. */
function fill(types: readonly MachineType[], measure: "vcpu" | "memGiB", limit: number): MachineType[] {
  const chosen: MachineType[] = [];
  let left = limit;
  for (const type of [...types].reverse()) {
    while (type[measure] <= left) {
      chosen.push(type);
      left -= type[measure];
    }
  }
  return chosen;
}

function fitting(tier: TierName, cloud: Cloud, wanted: Stack["machines"]): Stack {
  const limits = LIMITS[tier];
  const machines: Stack["machines"][number][] = [];
  const sum = (measure: "vcpu" | "memGiB", share?: Share): number =>
    machines
      .filter((machine) => share === undefined || machine.share === share)
      .reduce((total, { type }) => total + type[measure], 0);
  for (const machine of wanted) {
    const own = limits.services[machine.share];
    const fits = (["vcpu", "memGiB"] as const).every(
      (measure) =>
        sum(measure, machine.share) + machine.type[measure] <= own[measure] &&
        sum(measure) + machine.type[measure] <= limits.stack[measure],
    );
    if (fits && machines.filter(({ share }) => share === machine.share).length < own.instances) {
      machines.push(machine);
    }
  }
  return { cloud, machines, disks: [] };
}
