import assert from "node:assert/strict";
import { shardOf, slotsOf } from "../../../components/redis/topology";
import { redisEndpoints } from "../../../components/redis/endpoints";
import type { RedisArgs } from "../../../components/redis/args";
import { planRedis } from "../../../components/redis/plan";
import { backlogMiB, roleMemGiB } from "../../../components/redis/sizing";
import type { Placed } from "../../../components/model/role";

const SINGLE: RedisArgs = {
  maxMemoryGiB: 1,
  cpus: 1,
  diskGiB: 10,
  mode: "single",
  backup: { bucket: "ape-test-backups-1a2b3c4d", retentionDays: 30 },
};
const CLUSTER: RedisArgs = { ...SINGLE, mode: "cluster" };
const REPLICATED: RedisArgs = { ...SINGLE, mode: "sentinel" };

function placed(args: RedisArgs): Placed[] {
  return planRedis(args).map((role, index) => ({
    role,
    node: role.name,
    address: `10.60.${16 + index}.${112 + index}`,
  }));
}

describe("Redis' roles", () => {
  it("are one server, or three servers with Sentinels in three zones", () => {
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

  it("contain no secret in files or on command lines", () => {
    const [self] = placed(REPLICATED) as [Placed];
    const provision = self.role.provision(self, placed(REPLICATED));
    assert.doesNotMatch(JSON.stringify([provision.prepare, provision.health]), /@\{/);
    const marked = provision.files.filter((file) => file.content.includes("@{"));
    assert.ok(marked.length >= 5);
    marked.forEach((file) => assert.equal(file.mode, "0640", file.path));
  });

  it("never overwrite Sentinel's state", () => {
    const [self] = placed(REPLICATED) as [Placed];
    const seeded = self.role.provision(self, placed(REPLICATED)).files.filter((file) => file.seed);
    assert.deepEqual(
      seeded.map((file) => file.path),
      ["/var/lib/redis/sentinel.conf"],
    );
  });

  it("are reached through Sentinel if replicated, otherwise directly", () => {
    assert.deepEqual(redisEndpoints(placed(SINGLE)), {
      sentinels: [],
      cluster: [],
      url: "rediss://10.60.16.112:6379",
    });
    assert.deepEqual(redisEndpoints(placed(REPLICATED)), {
      sentinels: ["10.60.16.112:26379", "10.60.17.113:26379", "10.60.18.114:26379"],
      masterName: "ape",
      cluster: [],
    });
    assert.deepEqual(redisEndpoints(placed(CLUSTER)).cluster.length, 6);
  });

  it("form a cluster of three masters and three replicas, none in its master's zone", () => {
    const members = placed(CLUSTER);
    assert.deepEqual(
      members.map(({ role }, index) => [role.name, role.zone, shardOf(index)]),
      [
        ["redis-1", 0, 0],
        ["redis-2", 1, 1],
        ["redis-3", 2, 2],
        ["redis-4", 0, 1],
        ["redis-5", 1, 2],
        ["redis-6", 2, 0],
      ],
    );
    const slots = [0, 1, 2].map(slotsOf);
    assert.deepEqual(
      slots.map(({ first, last }) => [first, last]),
      [
        [0, 5461],
        [5462, 10_922],
        [10_923, 16_383],
      ],
    );
    assert.deepEqual(members[0]!.role.listens, [
      { port: 6379, from: ["api", "redis"], protocol: "Redis over TLS" },
      { port: 16_379, from: ["redis"], protocol: "Redis cluster over TLS" },
    ]);
  });

  it("hold a third of a cluster's data each, plus 20 % for uneven key sizes", () => {
    const [first] = placed(CLUSTER);
    const file = first!.role
      .provision(first!, placed(CLUSTER))
      .files.find(({ path }) => path === "/etc/redis/settings.conf");
    assert.match(file!.content, /^maxmemory 410mb$/m); // 1024 / 3 x 1.2
  });
});
