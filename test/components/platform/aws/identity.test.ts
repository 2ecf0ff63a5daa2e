import assert from "node:assert/strict";
import { identityPolicy } from "../../../../components/platform/aws/identity";
import { CONTEXT } from "./stack";

describe("what a node may do on AWS", () => {
  const policy = identityPolicy(
    CONTEXT,
    { resource: "arn:aws:kms:us-east-1:*:key/*", aliases: "alias/ape-test" },
    {
      name: "redis-1",
      secrets: ["node-redis-1", "redis-server"],
      grants: [{ bucket: "backups", prefix: "redis/", access: "write" }],
    },
  );
  const statement = (sid: string): (typeof policy.Statement)[number] =>
    policy.Statement.find(({ Sid }) => Sid === sid)!;

  it("is read its own bootstrap and secrets, and no other node's", () => {
    assert.deepEqual(statement("Bootstrap").Resource, [
      "arn:aws:s3:::ape-test-bootstrap-1a2b3c4d/nodes/redis-1",
      "arn:aws:s3:::ape-test-bootstrap-1a2b3c4d/bootstrap/*",
      "arn:aws:s3:::ape-test-bootstrap-1a2b3c4d/request.json",
    ]);
    assert.deepEqual(statement("Secrets").Resource, [
      "arn:aws:secretsmanager:us-east-1:*:secret:ape-test-node-redis-1-??????",
      "arn:aws:secretsmanager:us-east-1:*:secret:ape-test-redis-server-??????",
    ]);
  });

  it("is write and delete its own status, and no other node's", () => {
    assert.deepEqual(statement("Status").Action, ["s3:PutObject", "s3:DeleteObject"]);
    assert.deepEqual(statement("Status").Resource, [
      "arn:aws:s3:::ape-test-bootstrap-1a2b3c4d/status/redis-1.json",
      "arn:aws:s3:::ape-test-bootstrap-1a2b3c4d/status/redis-1/*",
    ]);
  });

  it("is write its own part of the backups, and list that part only", () => {
    assert.equal(statement("Objects0").Resource, "arn:aws:s3:::ape-test-backups-1a2b3c4d/redis/*");
    assert.deepEqual(statement("List0").Condition, { StringLike: { "s3:prefix": ["redis/*"] } });
  });

  it("has no wildcard action, and a wildcard resource only for actions without resource-level permissions", () => {
    policy.Statement.forEach(({ Sid, Action, Resource }) => {
      assert.ok(Action.every((action) => !action.includes("*")));
      assert.equal(Resource === "*", Sid === "SessionManager");
    });
  });

  it("decrypts with the stack's key only, through the services that store its data", () => {
    assert.deepEqual(statement("Decrypt").Condition, {
      StringEquals: { "kms:ViaService": ["s3.us-east-1.amazonaws.com", "secretsmanager.us-east-1.amazonaws.com"] },
      "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/ape-test" },
    });
  });
});
