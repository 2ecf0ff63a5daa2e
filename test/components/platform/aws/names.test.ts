import assert from "node:assert/strict";
import { tags } from "../../../../components/platform/aws/tags";
import { CONTEXT } from "./stack";

describe("tags on AWS", () => {
  it("use AWS' PascalCase", () => {
    assert.deepEqual(tags(CONTEXT, "redis-1", { service: "redis" }), {
      Project: "ape",
      CostCentre: "cc",
      Service: "redis",
      Name: "ape-test-redis-1",
    });
  });
});
