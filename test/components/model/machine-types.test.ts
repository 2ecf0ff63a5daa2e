import assert from "node:assert/strict";
import fc from "fast-check";
import { cheapestFit, machineType, machineTypes } from "../../../components/model/machine-types";
import { CLOUDS } from "../../../components/model/cloud";

describe("the catalogue of machines", () => {
  it("holds x86_64 types only, cheapest first, frozen", () => {
    for (const cloud of CLOUDS) {
      const types = machineTypes(cloud);
      assert.ok(types.length > 50);
      assert.ok(types.every((type, index) => index === 0 || types[index - 1]!.hourlyUsd <= type.hourlyUsd));
      assert.throws(() => (types as unknown[]).push({}), TypeError);
    }
    assert.equal(machineType("aws", "t4g.large"), undefined);
    assert.equal(machineType("gcp", "e2-medium")!.vcpu, 2); // billed as one; a t3a.medium gives no more for good
  });

  it("finds the cheapest type that fits, whatever is asked", () => {
    const needs = fc.record({
      vcpu: fc.double({ min: 0.1, max: 20, noNaN: true }),
      memGiB: fc.double({ min: 0.1, max: 80, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...CLOUDS), needs, (cloud, { vcpu, memGiB }) => {
        const families = [...new Set(machineTypes(cloud).map((type) => type.family))];
        const found = cheapestFit(cloud, { vcpu, memGiB, families });
        const fitting = machineTypes(cloud).filter((type) => type.vcpu >= vcpu && type.memGiB >= memGiB);
        assert.equal(
          found?.hourlyUsd,
          fitting.length === 0 ? undefined : Math.min(...fitting.map((type) => type.hourlyUsd)),
        );
      }),
    );
  });
});
