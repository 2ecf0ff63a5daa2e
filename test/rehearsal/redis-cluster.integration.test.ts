// Test group: light, last
// The cluster fails over if a disk is busy for five seconds, so the other Redis nodes have booted by then.
import assert from "node:assert/strict";
import { USERS } from "../../components/redis/secrets";
import { REDIS_PORT } from "../../components/redis/endpoints";
import { redisCli, replication } from "../../rehearsal/drills/redis/members";
import { planStack } from "../../stacks/plan";
import { planFrom } from "../../planning/plan";
import type { Machine } from "../../rehearsal/machine/machine";
import type { Rehearsal } from "../../rehearsal/rehearsal";
import { takeDown } from "../../rehearsal/running";
import { until } from "../../rehearsal/system/process";
import { boot, canBoot } from "../support/rehearsal";

const STACK = "redis-cluster";
const MINUTE = 60_000;
/** Milliseconds: shorter than the failure detection, so that a takeover within it was a handover. */
const DETECTION_MS = 4000;

/** Slots of each shard with its planned master and replica. */
const PLANNED = [
  { slots: "0-5461", master: "redis-1", replica: "redis-6" },
  { slots: "5462-10922", master: "redis-2", replica: "redis-4" },
  { slots: "10923-16383", master: "redis-3", replica: "redis-5" },
];

interface Shard {
  readonly slots: string;
  readonly master: string;
  readonly replica: string | undefined;
}

describe("Redis Cluster, booted on this machine", function () {
  this.timeout(10 * MINUTE);
  let rehearsal: Rehearsal;

  before(async function () {
    canBoot(this, STACK);
    const settings = ["tier=t4", "redisMode=cluster"];
    const plan = planStack({ ...planFrom("prod", settings).spec, stack: STACK });
    rehearsal = await boot(plan, ["redis"]);
  });

  after(async () => {
    if (rehearsal !== undefined) {
      await takeDown(STACK);
    }
  });

  it("forms as planned: a master in each zone, each replica in a different zone from its master", async () => {
    await becomes(PLANNED);
    for (const { master, replica } of PLANNED) {
      assert.notEqual(rehearsal.machine(master).host.zone, rehearsal.machine(replica).host.zone);
    }
  });

  it("fails over to the replica when a master's node is killed; the node rejoins as replica", async () => {
    const [first, ...others] = PLANNED;
    const began = Date.now();
    await rehearsal.machine("redis-1").kill();
    const replaced = await until(async () => (await shards("redis-2"))[0]?.master === first!.replica, MINUTE, 200);
    console.log(`      the replica became master ${((Date.now() - began) / 1000).toFixed(1)} s after the loss`);
    assert.ok(replaced);
    await rehearsal.machine("redis-1").start();
    await serves(rehearsal.machine("redis-1"));
    await becomes([{ ...first!, master: "redis-6", replica: "redis-1" }, ...others]);
  });

  it("re-adds a node that lost its disk", async () => {
    const [first, ...others] = PLANNED;
    const lost = rehearsal.machine("redis-1");
    await rehearsal.destroy(lost);
    await rehearsal.launch(lost);
    await serves(lost);
    await becomes([{ ...first!, master: "redis-6", replica: "redis-1" }, ...others]);
    assert.equal((await nodes("redis-2")).length, 6);
  });

  it("hands a shard over before its master shuts down", async () => {
    const [first, ...others] = PLANNED;
    const master = rehearsal.machine("redis-6");
    assert.ok(await until(async () => (await replication(master)).slave0?.includes("state=online") ?? false, MINUTE));
    assert.ok(await master.shutDown());
    const handedOver = await until(async () => (await shards("redis-2"))[0]?.master === "redis-1", DETECTION_MS);
    assert.ok(handedOver, "the replica took over only after failure detection");
    await rehearsal.machine("redis-6").start();
    await serves(rehearsal.machine("redis-6"));
    await becomes([first!, ...others]);
  });

  /** A member's view of the cluster: [id, address, flags, master, ..., slots]. */
  async function nodes(asked: string): Promise<string[][]> {
    const text = await redisCli(rehearsal.machine(asked), USERS.admin, REDIS_PORT, ["cluster", "nodes"]);
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split(" "));
  }

  /** Shards sorted by slots. */
  async function shards(asked: string): Promise<Shard[]> {
    const known = (await nodes(asked)).filter(([, , flags]) => !flags!.includes("fail"));
    const named = (address: string): string =>
      rehearsal.machines.find(({ host }) => address.startsWith(`${host.address}:`))!.host.name;
    return known
      .filter((node) => node[8] !== undefined)
      .map(([id, address, , , , , , , slots]) => {
        const replica = known.find((node) => node[3] === id)?.[1];
        return { slots: slots!, master: named(address!), replica: replica === undefined ? undefined : named(replica) };
      })
      .sort((a, b) => parseInt(a.slots) - parseInt(b.slots));
  }

  async function becomes(expected: readonly Shard[]): Promise<void> {
    await until(async () => JSON.stringify(await shards("redis-2")) === JSON.stringify(expected), MINUTE, 500);
    assert.deepEqual(await shards("redis-2"), expected);
  }
});

async function serves(machine: Machine): Promise<void> {
  const { state, reason } = await machine.waitForBoot(5 * MINUTE);
  assert.equal(state, "serving", `${machine.host.name}: ${reason ?? "does not serve"}`);
}
