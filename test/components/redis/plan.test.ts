import assert from "node:assert/strict";
import { redisEndpoints } from "../../../components/redis/endpoints";
import { planRedis, type RedisArgs } from "../../../components/redis/plan";
import { backlogMiB, roleMemGiB } from "../../../components/redis/sizing";
import type { Placed } from "../../../components/node/role";

const SINGLE: RedisArgs = {
  maxMemoryGiB: 1,
  cpus: 1,
  diskGiB: 10,
  mode: "single",
  backup: { bucket: "ape-test-backups-1a2b3c4d" },
};
const REPLICATED: RedisArgs = { ...SINGLE, mode: "sentinel" };

function placed(args: RedisArgs): Placed[] {
  return planRedis(args).map((role, index) => ({
    role,
    node: role.name,
    address: `10.60.${16 + index}.${112 + index}`,
  }));
}

describe("Redis' roles", () => {
  it("are one server, or three with Sentinels in three zones", () => {
    const summary = (args: RedisArgs): unknown[] =>
      planRedis(args).map(({ name, zone, listens }) => [
        name,
        zone,
        listens.map(({ port, from }) => `${port} ${from.join("+")}`),
      ]);
    assert.deepEqual(summary(SINGLE), [["redis-1", 0, ["6379 api"]]]);
    assert.deepEqual(summary(REPLICATED), [
      ["redis-1", 0, ["6379 api+redis", "26379 api+redis"]],
      ["redis-2", 1, ["6379 api+redis", "26379 api+redis"]],
      ["redis-3", 2, ["6379 api+redis", "26379 api+redis"]],
    ]);
  });

  it("leave a third of their memory for copies and buffers", () => {
    assert.deepEqual([0.125, 0.5, 1, 2].map(roleMemGiB), [0.25, 0.75, 1.5, 3]);
    assert.deepEqual([0.125, 0.5, 1, 2, 8].map(backlogMiB), [16, 64, 128, 256, 256]);
  });

  it("hold no secret in any file, and none on a command line", () => {
    const [self] = placed(REPLICATED) as [Placed];
    const provision = self.role.provision(self, placed(REPLICATED));
    assert.doesNotMatch(JSON.stringify([provision.prepare, provision.health]), /@\{/);
    const marked = provision.files.filter((file) => file.content.includes("@{"));
    assert.ok(marked.length >= 5);
    marked.forEach((file) => assert.equal(file.mode, "0640", file.path));
  });

  it("never write anew what Sentinel remembers", () => {
    const [self] = placed(REPLICATED) as [Placed];
    const seeded = self.role.provision(self, placed(REPLICATED)).files.filter((file) => file.seed);
    assert.deepEqual(
      seeded.map((file) => file.path),
      ["/var/lib/redis/sentinel.conf"],
    );
  });

  it("are found through Sentinel when replicated, directly otherwise", () => {
    assert.deepEqual(redisEndpoints(placed(SINGLE)), { sentinels: [], url: "rediss://10.60.16.112:6379" });
    assert.deepEqual(redisEndpoints(placed(REPLICATED)), {
      sentinels: ["10.60.16.112:26379", "10.60.17.113:26379", "10.60.18.114:26379"],
      masterName: "ape",
    });
  });
});
