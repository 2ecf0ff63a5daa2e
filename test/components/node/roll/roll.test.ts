import assert from "node:assert/strict";
import { orderKey, REQUEST_KEY } from "../../../../components/model/bootstrap-keys";
import { renderOrder, type NodeOrder } from "../../../../components/node/roll/order";
import type { RollRequest } from "../../../../components/node/roll/request";
import { Roll } from "../../../../components/node/roll/roll";
import { FakeFarm, MemoryObjects } from "../../../support/fake-farm";

const NAMES = ["redis-1", "redis-2", "redis-3"] as const;
const ORDER: NodeOrder = { bootstrap: "old", machine: "small", instance: "image" };

describe("a rolling change", () => {
  it("changes one node after the other, and none while it leads", async () => {
    const stack = new FakeStack();
    await stack.up({ bootstrap: "new" });
    assert.deepEqual(stack.changes(), [
      ...["redis-3 applying", "redis-3 serving"],
      ...["redis-2 applying", "redis-2 serving"],
      ...["redis-1 applying", "redis-1 serving"],
    ]);
    assert.deepEqual(stack.request().handOver, []);
  });

  it("changes machines once their nodes have no leadership left", async () => {
    const stack = new FakeStack();
    await stack.up({ bootstrap: "new", machine: "large" });
    assert.deepEqual(
      stack.changes().filter((what) => what.includes("applying")),
      ["redis-3 applying", "redis-2 applying", "redis-1 applying"],
    );
  });

  it("takes turns across services", async () => {
    const stack = new FakeStack({ neo4j: ["neo4j-1", "neo4j-2", "neo4j-3"], redis: NAMES });
    await stack.up({ bootstrap: "new" });
    assert.equal(stack.mostInFlight(), 1);
    assert.equal(stack.changes().length, 12);
  });

  it("does not begin while another member is sick, and names it", async () => {
    const stack = new FakeStack();
    stack.farm.nodes.get("redis-1")!.roles["redis-1"] = { ...HEALTHY, healthy: false };
    await assert.rejects(stack.up({ bootstrap: "new" }), /redis-1 is not healthy[^]*lostMembers/);
    assert.deepEqual(stack.changes(), []);
  });

  it("stops at the first node that fails, is stopped again, and converges with the old value", async () => {
    const stack = new FakeStack();
    stack.farm.nodes.get("redis-2")!.fails = (bootstrap) => bootstrap === "bad";
    for (let attempt = 0; attempt < 2; attempt++) {
      await assert.rejects(stack.up({ bootstrap: "bad" }), /redis-2 failed: redis-server: unknown directive/);
      assert.deepEqual(stack.running(), ["redis-1 old", "redis-2 old", "redis-3 bad"]);
      assert.deepEqual(stack.request().handOver, []);
    }
    await stack.up({ bootstrap: "old" });
    assert.deepEqual(stack.running(), ["redis-1 old", "redis-2 old", "redis-3 old"]);
  });

  it("fails again when the last node has failed, although nothing is left to change", async () => {
    const stack = new FakeStack();
    stack.farm.nodes.get("redis-1")!.fails = (bootstrap) => bootstrap === "bad";
    await assert.rejects(stack.up({ bootstrap: "bad" }), /redis-1 failed/);
    await assert.rejects(stack.up({ bootstrap: "bad" }), /redis-1 failed/);
    await stack.up({ bootstrap: "old" });
    assert.deepEqual(stack.running(), ["redis-1 old", "redis-2 old", "redis-3 old"]);
  });

  it("stops at a node that never comes back, until it is named as lost", async () => {
    const stack = new FakeStack();
    stack.farm.nodes.get("redis-2")!.up = false;
    await assert.rejects(
      stack.up({ bootstrap: "new" }),
      /redis-2 does not answer[^]*changeTimeoutMinutes|changeTimeoutMinutes[^]*redis-2 does not answer/,
    );
    assert.deepEqual(stack.changes(), []);
    await assert.rejects(stack.up({ bootstrap: "new" }), /redis-2 does not answer/);
    await stack.up({ bootstrap: "new" }, ["redis-2"]);
    assert.deepEqual(stack.running(), ["redis-1 new", "redis-2 old", "redis-3 new"]);
  });

  it("lets a dead node be repaired by its own change", async () => {
    const stack = new FakeStack();
    const dead = stack.farm.nodes.get("redis-3")!;
    dead.up = false;
    stack.onMachine = () => (dead.up = true);
    await stack.up({ bootstrap: "new", machine: "large" });
    assert.deepEqual(stack.running(), ["redis-1 new", "redis-2 new", "redis-3 new"]);
  });
});

const HEALTHY = { service: "redis", healthy: true, inStep: true, leads: false, reports: "" };

/** A stack of simulated nodes, and an engine that changes them as the real one does. */
class FakeStack {
  readonly farm: FakeFarm;
  private readonly store = new MemoryObjects();
  /** Orders that the engine has recorded, by node: the gates' states. */
  private readonly state = new Map<string, NodeOrder>();
  private readonly machines = new Map<string, string>();
  onMachine: (node: string) => void = () => undefined;

  constructor(private readonly services: Readonly<Record<string, readonly string[]>> = { redis: NAMES }) {
    this.farm = new FakeFarm(this.store);
    Object.entries(services).forEach(([service, names]) =>
      names.forEach((name) => {
        this.store.objects.set(orderKey(name), renderOrder(ORDER, "live"));
        this.state.set(name, ORDER);
        this.machines.set(name, ORDER.machine);
        this.farm.add(name, ORDER, { [name]: service });
      }),
    );
  }

  /** One update. */
  async up(change: Partial<NodeOrder>, lost: readonly string[] = []): Promise<void> {
    const order = { ...ORDER, ...change };
    const roll = new Roll({
      store: this.store,
      clock: this.farm,
      timeoutMinutes: 10,
      lost,
      reports: {},
      progress: () => undefined,
    });
    Object.entries(this.services).forEach(([group, names]) =>
      names.forEach((name) => roll.plan({ name, order, roles: [{ name, group }] })),
    );
    await Promise.all(Object.values(this.services).map((names) => this.chain(roll, [...names].reverse(), order)));
    await roll.everythingServes();
  }

  private async chain(roll: Roll, names: readonly string[], order: NodeOrder): Promise<void> {
    for (const name of names) {
      if (JSON.stringify(this.state.get(name)) !== JSON.stringify(order)) {
        await roll.before(name);
        this.state.set(name, order);
        this.store.objects.set(orderKey(name), renderOrder(order, "live"));
      }
      if (this.machines.get(name) !== order.machine) {
        await roll.before(name);
        this.machines.set(name, order.machine);
        this.onMachine(name);
        this.farm.nodes.get(name)!.ordered = order.bootstrap;
        this.farm.reboot(name, order.machine);
      }
      await roll.finished(name);
    }
  }

  changes(): string[] {
    return this.farm.events.map(({ what }) => what);
  }

  running(): string[] {
    return [...this.farm.nodes.values()].map(({ name, bootstrap }) => `${name} ${bootstrap}`);
  }

  request(): RollRequest {
    return JSON.parse(this.store.objects.get(REQUEST_KEY)!) as RollRequest;
  }

  mostInFlight(): number {
    let now = 0;
    return Math.max(...this.changes().map((what) => (now += what.includes("applying") ? 1 : -1)));
  }
}
