import assert from "node:assert/strict";
import { changedInputs, effectOf, isLabel } from "../../../planning/change/effects";
import type { SideResource } from "../../../planning/change/side";

const AWS = "aws:ec2/instance:Instance";
const GCP = "gcp:compute/instance:Instance";

describe("the effect of an update", () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    [AWS, ["ami"], "replace"],
    [AWS, ["privateIp", "instanceType"], "replace"],
    [AWS, ["instanceType"], "stop and start"],
    [AWS, ["userData"], "stop and start"],
    [AWS, ["tags.Owner"], "update"],
    [GCP, ["bootDisk.initializeParams.image"], "replace"],
    [GCP, ["networkInterfaces.0.networkIp"], "replace"],
    [GCP, ["machineType"], "stop and start"],
    [GCP, ["metadata.startup-script"], "update"],
    ["aws:ebs/volume:Volume", ["size"], "update"],
    ["aws:ebs/volume:Volume", ["availabilityZone"], "replace"],
    ["gcp:compute/disk:Disk", ["size"], "update"],
    ["gcp:compute/disk:Disk", ["type"], "replace"],
    ["gcp:compute/attachedDisk:AttachedDisk", ["instance"], "replace"],
    ["aws:s3/bucketObjectv2:BucketObjectv2", ["content"], "update"],
  ];
  for (const [type, paths, effect] of cases) {
    it(`${paths.join(" and ")} of ${type}: ${effect}`, () => assert.equal(effectOf(type, paths), effect));
  }
});

describe("changed inputs", () => {
  const resource = (inputs: object, more: Partial<SideResource> = {}): SideResource => ({
    urn: "urn:pulumi:dev::ape-deploy::aws:ec2/instance:Instance::redis-1",
    id: "",
    type: AWS,
    name: "redis-1",
    custom: true,
    parent: "",
    inputs: { ...inputs },
    dependsOn: [],
    protect: false,
    retainOnDelete: false,
    deleteBeforeReplace: false,
    ignoreChanges: [],
    references: {},
    ...more,
  });

  it("are paths into objects and lists", () => {
    const before = resource({ a: { b: [1, { c: 2 }], same: 1 }, gone: true });
    const after = resource({ a: { b: [1, { c: 3 }], same: 1 }, added: 1 });
    assert.deepEqual(changedInputs(before, after), ["a.b.1.c", "added", "gone"]);
  });

  it("leave out what the engine ignores", () => {
    const ignoreChanges = ["bootDisk.initializeParams.labels"];
    const before = resource({ bootDisk: { initializeParams: { labels: { tier: "t3" }, image: "a" } } });
    const after = resource(
      { bootDisk: { initializeParams: { labels: { tier: "t4" }, image: "b" } } },
      { ignoreChanges },
    );
    assert.deepEqual(changedInputs(before, after), ["bootDisk.initializeParams.image"]);
  });

  it("include a value that comes from another resource, although the cloud assigns it", () => {
    const unknown = { instanceId: "unknown" };
    const from = (...urns: string[]): SideResource => resource(unknown, { references: { instanceId: urns } });
    assert.deepEqual(changedInputs(from("redis-1"), from("node-1")), ["instanceId"]);
    assert.deepEqual(changedInputs(from("a", "b"), from("b", "a")), []);
  });

  it("are labels or not", () => {
    const paths = ["tags.Owner", "labels.owner", "rootBlockDevice.tags.Owner", "tags.0.value"];
    assert.deepEqual(paths.filter(isLabel), paths);
    // Network tags decide which firewall rules apply.
    assert.deepEqual(["tags.0", "instanceType", "tagsOf"].filter(isLabel), []);
  });
});
