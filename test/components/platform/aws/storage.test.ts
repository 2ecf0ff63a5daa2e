import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { Recorded } from "../../../../planning/record";
import { deploy, only } from "./stack";

describe("a bucket on AWS", () => {
  const bucket = (keep: boolean, protectData = true): Promise<Recorded[]> =>
    deploy(
      (platform, opts) => {
        platform.foundation(opts);
        platform.bucket({ name: "backups", keep, noncurrentDays: 30 }, opts);
      },
      { context: { protectData } },
    );
  const named = (resources: Recorded[]): Recorded[] =>
    resources.filter(({ name, custom }) => name === "backups" && custom);

  it("that holds data is protected and retained, with its privacy settings", async () => {
    const resources = named(await bucket(true));
    assert.equal(resources.length, 8);
    resources.forEach((resource) => assert.ok(resource.protect && resource.retainOnDelete, resource.type));
    assert.equal(only(resources, "aws:s3/bucket:Bucket")[0]!.inputs.forceDestroy, false);
  });

  it("can be deleted once the stack's protection is off", async () => {
    const resources = named(await bucket(true, false));
    resources.forEach((resource) => assert.ok(!resource.protect && !resource.retainOnDelete, resource.type));
    assert.equal(only(resources, "aws:s3/bucket:Bucket")[0]!.inputs.forceDestroy, true);
  });

  it("never expires current objects, and denies plain HTTP", async () => {
    const resources = named(await bucket(true));
    const [lifecycle] = only(resources, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
    const [rule] = lifecycle!.inputs.rules as Record<string, unknown>[];
    assert.equal(rule!.expiration, undefined);
    assert.deepEqual(rule!.noncurrentVersionExpiration, { noncurrentDays: 30 });
    const [policy] = only(resources, "aws:s3/bucketPolicy:BucketPolicy");
    assert.match(policy!.inputs.policy as string, /"aws:SecureTransport":"false"/);
  });
});

describe("a secret on AWS", () => {
  it("has no recovery window if it can be recreated, and 30 days if backups depend on it", async () => {
    const resources = await deploy((platform, opts) => {
      platform.foundation(opts);
      platform.secret({ name: "redis-api", keep: false }, pulumi.secret("value"), opts);
      platform.secret({ name: "timescaledb-server", keep: true }, "value", opts);
    });
    assert.deepEqual(
      only(resources, "aws:secretsmanager/secret:Secret").map(({ inputs, protect }) => [
        inputs.name,
        inputs.recoveryWindowInDays,
        protect,
      ]),
      [
        ["ape-test-redis-api", 0, false],
        ["ape-test-timescaledb-server", 30, true],
      ],
    );
    only(resources, "aws:secretsmanager/secretVersion:SecretVersion").forEach(({ inputs }) =>
      assert.equal(inputs.secretString, "[secret]"),
    );
  });
});
