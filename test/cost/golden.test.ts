import assert from "node:assert/strict";
import { AWS_CASES } from "./cases/aws";
import { GCP_CASES } from "./cases/gcp";
import { idle, priceOf } from "./resources";

const CASES = [...AWS_CASES, ...GCP_CASES];

describe("prices worked out by hand", () => {
  for (const { what, cloud, resources, usage = {}, option, cents } of CASES) {
    it(`${cloud}: ${what}`, () => {
      const priced = priceOf(cloud, resources, { usage: idle(usage), ...(option === undefined ? {} : { option }) });
      assert.deepEqual(
        priced.lines.map((line) => line.cents),
        cents,
        JSON.stringify(priced.lines.map((line) => [line.item, line.cents])),
      );
      assert.deepEqual(priced.unpriced, []);
      assert.equal(
        priced.cents,
        cents.reduce((sum, part) => sum + part, 0),
      );
    });
  }

  it("are at least 25", () => assert.ok(CASES.length >= 25));
});
