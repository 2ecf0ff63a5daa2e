import assert from "node:assert/strict";
import { dataSettings, RefusedChange, refusedChanges, type DataSettings } from "../../stacks/refused-change";
import { CELLS, planCell } from "../support/cells";

const DEPLOYED: DataSettings = {
  stack: "prod",
  cloud: "aws",
  region: "us-east-1",
  account: "",
  networkCidr: "10.60.0.0/16",
  bucketSuffix: "1a2b3c4d",
  kmsKey: "",
  deletionProtection: true,
  disks: {
    "redis-1": { service: "redis", sizeGiB: 10 },
    "redis-2": { service: "redis", sizeGiB: 10 },
    "timescaledb-3": { service: "timescaledb", sizeGiB: 10 },
  },
};
const ONE_DISK = { "redis-1": DEPLOYED.disks["redis-1"]! };
const grown = (sizeGiB: number): Partial<DataSettings> => ({
  disks: { ...DEPLOYED.disks, "redis-1": { service: "redis", sizeGiB }, "redis-2": { service: "redis", sizeGiB } },
});

describe("a change of a deployed stack", () => {
  const keys = (after: Partial<DataSettings>, before: Partial<DataSettings> = DEPLOYED): string[] =>
    refusedChanges(before, { ...DEPLOYED, ...after }).map(({ key }) => key);

  for (const [key, value] of [
    ["stack", "production"],
    ["cloud", "gcp"],
    ["region", "us-west-2"],
    ["networkCidr", "10.80.0.0/16"],
    ["bucketSuffix", "other"],
    ["kmsKey", "arn:aws:kms:us-east-1:123456789012:key/1"],
  ] as const) {
    it(`is refused if it is of ${key}`, () => assert.deepEqual(keys({ [key]: value }), [key]));
  }

  it("may name the account that the credentials had, but no other one", () => {
    assert.deepEqual(keys({ account: "123456789012" }), []);
    assert.deepEqual(keys({ account: "210987654321" }, { ...DEPLOYED, account: "123456789012" }), ["account"]);
  });

  it("may grow disks, but not shrink them: one problem per service", () => {
    assert.deepEqual(keys(grown(20)), []);
    assert.deepEqual(
      refusedChanges(DEPLOYED, { ...DEPLOYED, ...grown(9) }).map(({ key, value, reason }) => [key, value, reason]),
      [["overrides.redis.diskGiB", "9", "the data disks of redis-1, redis-2 have 10 GiB, and disks can't shrink"]],
    );
  });

  it("may delete members only if their disks were not and will not be protected", () => {
    const off = { disks: ONE_DISK, deletionProtection: false };
    assert.deepEqual(keys({ disks: ONE_DISK }), ["deletionProtection"]);
    assert.deepEqual(keys(off), ["deletionProtection"]);
    assert.deepEqual(keys({ disks: ONE_DISK }, { ...DEPLOYED, deletionProtection: false }), ["deletionProtection"]);
    assert.deepEqual(keys(off, { ...DEPLOYED, deletionProtection: false }), []);
  });

  it("may add members, and may come from a version that stored nothing", () => {
    assert.deepEqual(keys({}, { ...DEPLOYED, disks: ONE_DISK }), []);
    assert.deepEqual(keys({}, {}), []);
  });

  it("is refused with every problem at once, and the way to move a stack", () => {
    const after = { ...DEPLOYED, ...grown(9), region: "us-west-2" };
    const { message } = new RefusedChange("prod", refusedChanges(DEPLOYED, after));
    assert.equal(
      message,
      `Stack "prod" can't change like this. Nothing was changed.

region: "us-west-2"
  why:     every resource would be created in the new region, without the data
  allowed: "us-east-1", as deployed
  example: region: "us-east-1"

overrides.redis.diskGiB: 9
  why:     the data disks of redis-1, redis-2 have 10 GiB, and disks can't shrink
  allowed: 10 or more
  example: overrides: { redis: { diskGiB: 10 } }

How to move a stack: README.md, "Move a stack".`,
    );
  });

  for (const cloud of ["aws", "gcp"]) {
    for (const highlyAvailable of [true, false]) {
      it(`of tier or placement is never refused (${cloud}, ${highlyAvailable ? "highly available" : "single"})`, () => {
        const settings = CELLS.filter((cell) => cell.cloud === cloud && cell.highlyAvailable === highlyAvailable).map(
          (cell) => dataSettings(planCell(cell)),
        );
        assert.ok(settings.length > 1);
        settings.forEach((before) =>
          settings.forEach((after) =>
            assert.deepEqual(
              refusedChanges(before, { ...after, stack: before.stack, bucketSuffix: before.bucketSuffix }),
              [],
            ),
          ),
        );
      });
    }
  }
});
