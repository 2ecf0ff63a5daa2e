import assert from "node:assert/strict";
import { SECRET } from "../../../../planning/record";
import { all, CONTEXT, deploy, one, short } from "./stack";

describe("Google Cloud", () => {
  for (const protectData of [true, false]) {
    it(`${protectData ? "protects and retains" : "can delete"} resources that hold data`, async () => {
      const resources = await deploy({ context: { protectData } });
      const kept = resources
        .filter(({ protect, retainOnDelete }) => protect && retainOnDelete)
        .map(({ type, name }) => `${short(type)}: ${name}`);
      assert.deepEqual(
        kept.sort(),
        protectData
          ? [
              "compute Disk: redis-1-data",
              "compute Disk: timescaledb-1-data",
              "secretmanager Secret: redis-api",
              "secretmanager SecretVersion: redis-api",
              "storage Bucket: backups",
            ]
          : [],
      );
      assert.equal(one(resources, "storage Bucket", "backups").forceDestroy, !protectData);
    });
  }

  describe("a bucket", () => {
    it("is private, versioned and logged, and expires noncurrent versions only", async () => {
      const { labels: marked, ...rest } = one(await deploy(), "storage Bucket", "backups");
      assert.deepEqual(marked, { ...CONTEXT.labels, name: "ape-prod-backups" });
      assert.deepEqual(rest, {
        name: "ape-prod-backups-1a2b3c4d",
        location: "US-CENTRAL1",
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        versioning: { enabled: true },
        lifecycleRules: [
          { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 30, withState: "ARCHIVED" } },
          { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
        ],
        softDeletePolicy: { retentionDurationSeconds: 604800 },
        logging: { logBucket: "ape-prod-logs-1a2b3c4d", logObjectPrefix: "backups" },
        forceDestroy: false,
      });
    });

    it("for logs expires them after 90 days and has no access log itself", async () => {
      const { lifecycleRules, logging, softDeletePolicy } = one(await deploy(), "storage Bucket", "logs");
      assert.deepEqual((lifecycleRules as unknown[]).at(-1), { action: { type: "Delete" }, condition: { age: 90 } });
      assert.deepEqual([logging, softDeletePolicy], [undefined, { retentionDurationSeconds: 0 }]);
    });

    it("deletes a replaced object before its successor is created", async () => {
      const [object] = all(await deploy(), "storage BucketObject");
      assert.deepEqual(object!.inputs, {
        bucket: "ape-prod-bootstrap-1a2b3c4d",
        name: "nodes/node-1",
        content: SECRET, // the provider's own idea
        contentType: "text/plain",
      });
      assert.ok(object!.deleteBeforeReplace);
    });
  });

  it("stores a secret in the stack's region", async () => {
    assert.deepEqual(one(await deploy(), "secretmanager Secret", "redis-api"), {
      secretId: "ape-prod-redis-api",
      replication: { userManaged: { replicas: [{ location: "us-central1" }] } },
      labels: { ...CONTEXT.labels, name: "ape-prod-redis-api" },
    });
  });
});
