import assert from "node:assert/strict";
import { changesOf } from "../../../tools/review/changes";

const NODE = "urn:pulumi:dev::ape-deploy::aws:ec2/instance:Instance::redis-1";
const DISK = "urn:pulumi:dev::ape-deploy::aws:ebs/volume:Volume::redis-1-data";
const BUCKET = "urn:pulumi:dev::ape-deploy::aws:s3/bucket:Bucket::backups";

function resource(
  urn: string,
  inputs: object,
  protect = false,
  custom = true,
): Parameters<typeof changesOf>[0][number] {
  return { urn, type: urn.split("::")[2]!, custom, protect, inputs: { ...inputs } };
}

describe("the changes between two plans", () => {
  it("are none between the same", () => {
    const plan = [resource(NODE, { instanceType: "t3.large", tags: { Tier: "t2" } })];
    assert.deepEqual(changesOf(plan, structuredClone(plan)), []);
  });

  it("begin with what is dangerous: deletions, the protected first", () => {
    const before = [resource(NODE, {}), resource(DISK, { size: 20 }, true)];
    const after = [resource(BUCKET, {})];
    assert.deepEqual(
      changesOf(before, after).map(({ kind, urn }) => [kind, urn]),
      [
        ["delete", DISK],
        ["delete", NODE],
        ["create", BUCKET],
      ],
    );
  });

  it("name the inputs that differ, also those that came or went", () => {
    const before = [resource(NODE, { instanceType: "t3.large", ami: "ami-1", same: [1] })];
    const after = [resource(NODE, { instanceType: "t3.xlarge", hibernation: false, same: [1] })];
    const [change] = changesOf(before, after);
    assert.deepEqual([change!.kind, change!.inputs], ["update", ["ami", "hibernation", "instanceType"]]);
  });

  it("leave out components, which exist in the program only", () => {
    assert.deepEqual(
      changesOf([], [resource("urn:pulumi:dev::ape-deploy::ape:redis:Redis::redis", {}, false, false)]),
      [],
    );
  });
});
