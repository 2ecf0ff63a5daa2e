import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RedisMode } from "../../../components/redis/topology";
import { planRedis } from "../../../components/redis/plan";
import type { Placed } from "../../../components/model/role";
import { TIER_NAMES, TIERS } from "../../../stacks/tiers";
import { onPath } from "../../support/programs";
import { redisVersion, RedisNode, secretOf } from "./servers";

const BACKUP = { bucket: "ape-test-backups-1a2b3c4d", retentionDays: 30 };

function placedOn(first: number, maxMemoryGiB: number, mode: RedisMode): Placed[] {
  return planRedis({ maxMemoryGiB, cpus: 1, diskGiB: 4, mode, backup: BACKUP }).map((role, index) => ({
    role,
    node: role.name,
    address: `127.0.7.${first + index}`,
  }));
}

async function until<T>(what: string, seconds: number, poll: () => T | undefined): Promise<T> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) {
    const answer = poll();
    if (answer !== undefined) {
      return answer;
    }
  }
  throw new Error(`${what}: not within ${seconds} s`);
}

describe("Redis with its nodes' rendered files", function () {
  this.timeout(120_000);
  let folder: string;
  let nodes: RedisNode[] = [];
  const api = (node: RedisNode, ...command: string[]): string =>
    node.query("ape", secretOf("password"), 6379, ...command);
  const sentinel = (node: RedisNode, ...command: string[]): string =>
    node.query("ape", secretOf("password"), 26379, ...command);

  const boot = (placed: readonly Placed[]): RedisNode[] =>
    (nodes = placed.map((self) => new RedisNode(join(folder, self.role.name), self, placed)));

  /** Three members that know each other and are in sync. */
  async function replicated(address: number): Promise<[RedisNode, RedisNode, RedisNode]> {
    const members = boot(placedOn(address, 0.125, "sentinel"));
    members.forEach((node) => node.startServer());
    members.forEach((node) => node.startSentinel());
    for (const node of members) {
      await until("three Sentinels that know each other", 30, () =>
        /OK 3 usable Sentinels/.test(sentinel(node, "sentinel", "ckquorum", "ape")) ? true : undefined,
      );
      // A Sentinel reconfigures only the replicas it knows; it polls for new ones every 10 s.
      await until("both replicas known", 30, () =>
        /^num-slaves\n2$/m.test(sentinel(node, "sentinel", "master", "ape")) ? true : undefined,
      );
    }
    await until("two replicas", 30, () =>
      /min_slaves_good_slaves:2/.test(api(members[0]!, "info", "replication")) ? true : undefined,
    );
    return members as [RedisNode, RedisNode, RedisNode];
  }

  beforeEach(function () {
    if (!onPath(this, "redis-server") || !onPath(this, "redis-sentinel")) return;
    folder = mkdtempSync(join(tmpdir(), "ape-redis-"));
  });
  afterEach(() => {
    nodes.splice(0).forEach((node) => node.kill());
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  TIER_NAMES.forEach((tier, index) => {
    it(`${tier}, single: starts, accepts the API's commands over TLS and rejects other users`, async () => {
      const { maxMemoryGiB } = TIERS[tier].redis;
      const [node] = boot(placedOn(10 + index, maxMemoryGiB, "single")) as [RedisNode];
      node.startServer();
      await until("a reply", 10, () => (api(node, "ping") === "PONG" ? true : undefined));
      assert.equal(api(node, "set", "key", "value"), "OK");
      assert.equal(api(node, "get", "key"), "value");
      assert.match(
        node.query("monitoring", secretOf("monitoring"), 6379, "config", "get", "maxmemory"),
        new RegExp(`${maxMemoryGiB * 2 ** 30}`),
      );
      assert.match(api(node, "config", "get", "maxmemory"), /NOPERM/);
      assert.match(api(node, "publish", "__sentinel__:hello", "forged"), /NOPERM/);
      assert.match(node.query("default", "anything", 6379, "ping"), /WRONGPASS|NOAUTH/);
      assert.match(node.query("monitoring", secretOf("monitoring"), 6379, "get", "key"), /NOPERM/);
    });
  });

  it("replicated: elects a new master, loses no acknowledged write, and the former master returns as a replica", async () => {
    const [first, second, third] = await replicated(21);
    for (let key = 0; key < 50; key++) {
      assert.equal(api(first, "set", `key-${key}`, String(key)), "OK");
    }
    assert.equal(api(first, "wait", "2", "5000"), "2");

    first.kill();
    const lost = Date.now();
    const master = await until("another master that takes writes", 60, () =>
      [second, third].find((node) => api(node, "set", "after", "failover") === "OK"),
    );
    console.log(
      `      ${redisVersion().split(" ")[2]}: the next accepted write came ${((Date.now() - lost) / 1000).toFixed(1)} s after the loss`,
    );
    for (let key = 0; key < 50; key++) {
      assert.equal(api(master, "get", `key-${key}`), String(key));
    }

    first.startServer();
    await until("a reply of the former master", 10, () =>
      /role:/.test(api(first, "info", "replication")) ? true : undefined,
    );
    assert.match(api(first, "info", "replication"), /role:slave/, "the former master returned as a second master");
    first.startSentinel();
    await until("the former master in sync", 30, () => (api(first, "get", "after") === "failover" ? true : undefined));
    assert.match(api(first, "set", "key", "on a replica"), /READONLY/);
  });

  it("replicated: a member hands over on request without being stopped, and stands back until it resumes", async () => {
    const members = await replicated(31);
    const [first] = members;
    const led = (): string[] =>
      members.filter((node) => node.command("leads").code === 0).map(({ address }) => address);
    assert.deepEqual(led(), [first.address]);
    members.forEach((node) => assert.deepEqual(node.command("inStep"), { code: 0, output: "" }));
    assert.equal(api(first, "set", "before", "handover"), "OK");

    const began = Date.now();
    assert.deepEqual(first.command("handOver"), { code: 0, output: "handed over" });
    const [master] = await until("one other master", 5, () => (led().length === 1 ? led() : undefined));
    const took = Date.now() - began;
    assert.notEqual(master, first.address);
    const leader = members.find(({ address }) => address === master)!;
    assert.equal(api(leader, "set", "after", "handover"), "OK");
    console.log(`      handed over within ${(took / 1000).toFixed(1)} s`);
    assert.match(api(first, "set", "key", "on a replica"), /READONLY/);
    assert.equal(api(leader, "get", "before"), "handover");

    await until("the former master in step", 10, () => (first.command("inStep").code === 0 ? true : undefined));
    assert.equal(api(first, "get", "after"), "handover");
    assert.deepEqual(first.command("handOver"), { code: 0, output: "" });
    const priority = (): string => api(first, "info", "replication").match(/slave_priority:\d+/)![0];
    assert.equal(priority(), "slave_priority:0");
    assert.equal(first.command("resume").code, 0);
    assert.equal(priority(), "slave_priority:100");
  });

  it("replicated: a master without replicas neither is in step nor hands over, and accepts writes again", async () => {
    const [first, second, third] = await replicated(41);
    second.kill();
    third.kill();
    await until("no replica", 30, () => (first.command("inStep").code === 0 ? undefined : true));
    assert.deepEqual(first.command("handOver"), { code: 1, output: "no other member took over" });
    assert.match(api(first, "info", "clients"), /blocked_clients:0/);
    assert.equal(first.command("leads").code, 0);
    assert.match(api(first, "info", "replication"), /role:master/);
  });

  it("takes changed settings without a restart", async () => {
    const [node] = boot(placedOn(51, 0.125, "single")) as [RedisNode];
    node.startServer();
    await until("a reply", 10, () => (api(node, "ping") === "PONG" ? true : undefined));
    const started = api(node, "info", "server").match(/run_id:\w+/)![0];
    const after = placedOn(51, 0.25, "single");
    node.plan(after[0]!, after);
    node.reload();
    assert.match(node.query("monitoring", secretOf("monitoring"), 6379, "config", "get", "maxmemory"), /268435456/);
    assert.equal(api(node, "info", "server").match(/run_id:\w+/)![0], started);
  });

  it("replicated: members find a member that moved to another address, and its Sentinel keeps its identity", async () => {
    const members = await replicated(61);
    const [first] = members;
    assert.equal(api(first, "set", "key", "value"), "OK");
    assert.equal(first.command("handOver").code, 0);
    const identity = (): string => /^sentinel myid .*$/m.exec(first.read("/var/lib/redis/sentinel.conf"))![0];
    const [before, former] = [identity(), first.address];
    first.kill();

    const placed = placedOn(61, 0.125, "sentinel").map((each, index) =>
      index === 0 ? { ...each, address: "127.0.7.69", formerAddresses: [former] } : each,
    );
    members.forEach((node, index) => node.plan(placed[index]!, placed));
    first.startServer();
    first.startSentinel();
    await until("the moved member in step", 20, () => (first.command("inStep").code === 0 ? true : undefined));
    for (const node of members.slice(1)) {
      assert.deepEqual(node.command("peersMoved"), { code: 0, output: "" });
      assert.deepEqual(node.asked(), ["restart redis-sentinel.service"]);
      node.restartSentinel();
    }
    for (const node of members) {
      await until("two replicas and two other Sentinels", 20, () =>
        /^num-slaves\n2\nnum-other-sentinels\n2$/m.test(sentinel(node, "sentinel", "master", "ape")) ? true : undefined,
      );
      assert.deepEqual(
        node
          .read("/var/lib/redis/sentinel.conf")
          .split("\n")
          .filter((line) => line.includes(former)),
        [],
      );
      assert.deepEqual([node.command("peersMoved").code, node.asked()], [0, []]);
    }
    assert.equal(identity(), before);
    assert.equal(api(first, "get", "key"), "value");
  });
});
