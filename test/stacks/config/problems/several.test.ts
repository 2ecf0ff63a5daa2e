import assert from "node:assert/strict";
import type { Problem } from "../../../../stacks/config/load";
import { ARN, CLUSTER, refused } from "./problem";

describe("a stack's name", () => {
  for (const stack of ["", "Dev", "1st", "dev_1", "a".repeat(21)]) {
    it(`is refused: ${JSON.stringify(stack)}`, () => {
      const { problems } = refused({}, stack);
      assert.deepEqual(
        problems.map(({ key, value }) => [key, value]),
        [["stack", JSON.stringify(stack)]],
      );
    });
  }
});

describe("a config with several problems", () => {
  const keysOf = (set: Readonly<Record<string, unknown>>): string[] => refused(set).problems.map(({ key }) => key);

  it("is refused with all of them at once", () => {
    assert.deepEqual(
      keysOf({
        teir: "t1",
        owner: "A",
        zones: 9,
        overrides: { neo4j: { heapGiB: 0, members: 2 }, redis: { disk: 1 } },
        nat: "none",
        allowedClientCidrs: ["1", "2"],
        networkCidr: "x",
      }),
      [
        "teir",
        "owner",
        "zones",
        "overrides.neo4j.heapGiB",
        "overrides.neo4j.members",
        "overrides.redis.disk",
        "allowedClientCidrs[0]",
        "allowedClientCidrs[1]",
        "networkCidr",
        "nat",
      ],
    );
  });

  it("of which one follows from the other is refused with the first only", () => {
    assert.deepEqual(keysOf({ cloud: "azure", region: "us-east-1", account: "123456789012" }), ["cloud"]);
    assert.deepEqual(keysOf({ tier: "t9", neo4jEdition: "enterprise", apiSpotPercent: 5 }), ["tier"]);
    assert.deepEqual(keysOf({ tier: "t4", highAvailability: true, zones: 1, nat: "per-zone" }), ["zones"]);
    assert.deepEqual(keysOf({ tier: "t3", neo4jEdition: "community" }), ["neo4jEdition"]);
    assert.deepEqual(keysOf({ region: "eu-west-4", kmsKey: ARN }), ["region"]);
    assert.deepEqual(keysOf({ apiRuntime: "docker", apiSpotPercent: 5, overrides: { api: { containers: 2 } } }), [
      "apiRuntime",
    ]);
  });

  it("of which one lies in overrides is still refused with the others", () => {
    const overrides = { neo4j: { instanceType: "m5.larg" }, redis: { instanceType: "m5.large" } };
    assert.deepEqual(keysOf({ tier: "t3", placement: "packed", overrides }), [
      "overrides.neo4j.instanceType",
      "neo4jLicense",
    ]);
  });

  it("of which none follows from the other is refused with all", () => {
    assert.deepEqual(keysOf({ nat: "none", apiSpotPercent: 5, neo4jEdition: "enterprise" }), [
      "apiSpotPercent",
      "nat",
      "neo4jLicense",
    ]);
  });
});

describe("what a message shows", () => {
  it("is complete", () => {
    assert.equal(
      refused({ teir: "t2", zones: 4, apiSpotPercent: 10 }).message,
      `The config of stack "dev" has 2 problems.

teir: (not shown)
  why:     unknown key; did you mean tier?
  allowed: t1, t2, t3 or t4
  example: tier: t2

zones: 4
  allowed: auto (3 when highly available, otherwise 1), 1, 2 or 3
  example: zones: 3

All keys: docs/configuration.md`,
    );
  });

  const SECRET = "hunter2-canary";

  it("is no secret: of a key that is encrypted", () => {
    const error = refused({ ...CLUSTER, kubeconfig: SECRET, owner: SECRET, kubernetesCidrs: [] }, "dev", [
      "kubeconfig",
      "owner",
    ]);
    assert.deepEqual(
      error.problems.map(({ key, value }) => [key, value]),
      [
        ["owner", "[secret]"],
        ["kubernetesCidrs", "[]"],
      ],
    );
    assert.doesNotMatch(JSON.stringify(error.problems) + error.message, /hunter2/);
    assert.match(error.message, /it is encrypted, but cannot stay secret/);
  });

  it("is no secret: of one that should have been encrypted", () => {
    const error = refused({ ...CLUSTER, kubeconfig: SECRET }, "dev", []);
    assert.deepEqual(
      error.problems.map(({ key, value }) => [key, value]),
      [["kubeconfig", "[secret]"]],
    );
    assert.doesNotMatch(error.message, /hunter2/);
    assert.match(error.message, /set it with --secret/);
  });

  it("is no secret: of a mistyped key, or in a URL", () => {
    const error = refused({
      kubeconfg: SECRET,
      overrides: { redis: { password: SECRET } },
      packageMirror: `https://user:${SECRET}@mirror.example.com`,
    });
    assert.equal(error.problems.length, 3);
    assert.doesNotMatch(JSON.stringify(error.problems) + error.message, /hunter2/);
  });

  it("is truncated", () => {
    const [problem] = refused({ owner: "x".repeat(10_000) }).problems as [Problem];
    assert.ok(problem.value.length < 200);
  });
});
