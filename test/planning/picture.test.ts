import assert from "node:assert/strict";
import { picture } from "../../planning/picture";
import { planFrom } from "../../planning/plan";
import { boxes, overlapping } from "../support/svg";

const PLANS: readonly (readonly [stack: string, ...settings: string[]])[] = [
  ["dev"],
  ["prod"],
  ["prod", "cloud=gcp", "placement=packed"],
  ["prod", "tier=t4", "redisMode=cluster"],
];

describe("the picture of a plan", () => {
  it("shows the ports that the API connects to, each left of its store", () => {
    const drawn = picture(planFrom("prod", []));
    for (const ports of ["6432, 8008", "7473, 7687", "6379, 26379"]) {
      assert.ok(drawn.includes(`>${ports}</text>`), ports);
    }
  });

  it("shows every node once, with its address", () => {
    const drawn = picture(planFrom("prod", []));
    for (const text of ["timescaledb-1", "neo4j-3", "redis-2", "api-2", "10.60.16.48", "us-east-1c", "30 days"]) {
      assert.equal(drawn.split(`>${text}</text>`).length, 2, text);
    }
  });

  for (const [stack, ...settings] of PLANS) {
    it(`has no text over another text or outside: ${[stack, ...settings].join(" ")}`, () => {
      const { texts, width, height } = boxes(picture(planFrom(stack, settings)));
      assert.ok(texts.length > 5);
      assert.deepEqual(overlapping(texts, texts), []);
      for (const { text, left, right, bottom } of texts) {
        assert.ok(left >= 0 && right <= width && bottom <= height, text);
      }
    });
  }
});
