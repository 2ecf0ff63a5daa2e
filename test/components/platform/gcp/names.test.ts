import assert from "node:assert/strict";
import fc from "fast-check";
import { accountId } from "../../../../components/platform/gcp/identity";
import { labels, labelValue } from "../../../../components/platform/gcp/labels";

describe("Google Cloud's names", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,19}[a-z0-9]$/);

  it("of service accounts are valid, and unique per node", () => {
    fc.assert(
      fc.property(name, name, name, (stack, a, b) => {
        const ids = [a, b].map((node) => accountId(`ape-${stack}-${node}`));
        ids.forEach((id) => assert.match(id, /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/));
        assert.equal(ids[0] === ids[1], a === b);
      }),
    );
    assert.equal(accountId("ape-prod-redis-1"), "ape-prod-redis-1");
  });

  it("of labels are valid for any text", () => {
    fc.assert(fc.property(fc.string(), (text) => assert.match(labelValue(text), /^[a-z0-9_-]{0,63}$/)));
    assert.equal(labelValue("Redis+API"), "redis_api");
    assert.deepEqual(labels({ prefix: "ape-prod", labels: { tier: "t1" } }, "redis-1"), {
      tier: "t1",
      name: "ape-prod-redis-1",
    });
  });
});
