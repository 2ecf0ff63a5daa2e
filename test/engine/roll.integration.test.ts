// Test group: heavy, last
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { REQUEST_KEY } from "../../components/model/bootstrap-keys";
import { parseOrder } from "../../components/node/roll/order";
import type { RollRequest } from "../../components/node/roll/request";
import { startProviders, type Call } from "../support/echo-provider";
import { FakeFarm, MemoryObjects, type FakeNode } from "../support/fake-farm";
import { startS3 } from "../support/fake-s3";
import { onPath } from "../support/programs";

/** Updates of a highly available stack by Pulumi's engine. The cloud is simulated, and so are the nodes; hooks are real. */
describe("a rolling change on a real engine", function () {
  this.timeout(900_000);
  let stack: RolledStack;

  before(async function () {
    if (!onPath(this, "pulumi")) return;
    stack = await RolledStack.start();
    await stack.set({ cloud: "aws", nat: "one" });
    await stack.up();
  });
  after(() => stack?.stop());
  beforeEach(() => void (stack.farm.events.length = 0));

  it("has nothing to do afterwards", async () => {
    await stack.up("--expect-no-changes");
  });

  it("touches the members one after the other, and none that leads", async () => {
    await stack.set({ "overrides.redis.maxMemoryGiB": "1.5" });
    await stack.up();
    assert.deepEqual(stack.applied(), ["redis-3", "redis-2", "redis-1"]);
    assert.ok(stack.farm.events.every(({ what }) => !what.includes("while it leads")));
  });

  it("stops at a member that fails, again without a change, and not with the old value", async () => {
    const before = stack.bootstraps();
    stack.node("redis-2").fails = () => true;
    await stack.set({ "overrides.redis.maxMemoryGiB": "1.25" });
    await assert.rejects(stack.up(), /redis-2 failed: redis-server: unknown directive/);
    assert.deepEqual(stack.applied(), ["redis-3", "redis-2"]);
    assert.deepEqual(stack.request().handOver, []);
    await assert.rejects(stack.up(), /redis-2 failed: redis-server: unknown directive/);
    assert.deepEqual(stack.applied(), ["redis-3", "redis-2"]);
    stack.node("redis-2").fails = () => false;
    await stack.set({ "overrides.redis.maxMemoryGiB": "1.5" });
    await stack.up();
    assert.deepEqual(stack.bootstraps(), before);
  });

  it("fails again after the last member has failed, although nothing is left to change", async () => {
    stack.node("redis-1").fails = () => true;
    await stack.set({ "overrides.redis.maxMemoryGiB": "1.25" });
    await assert.rejects(stack.up(), /redis-1 failed/);
    await assert.rejects(stack.up("--expect-no-changes"), /redis-1 failed/);
    stack.node("redis-1").fails = () => false;
    await stack.set({ "overrides.redis.maxMemoryGiB": "1.5" });
    await stack.up();
  });

  it("is not begun while a member does not answer, unless that is named as lost", async () => {
    stack.node("redis-1").up = false;
    await stack.set({ "overrides.redis.maxMemoryGiB": "1.75", changeTimeoutMinutes: "5" });
    const update = stack.up();
    await stack.printed(/redis-3 is to change; waits: redis-1 does not answer/);
    stack.node("redis-1").up = true;
    await update;
    assert.deepEqual(stack.applied(), ["redis-3", "redis-2", "redis-1"]);
    stack.node("redis-1").up = false;
    await stack.set({ "lostMembers[0]": "redis-1" });
    await stack.up();
    stack.node("redis-1").up = true;
    await stack.unset("lostMembers");
  });

  it("gives leadership free when the cloud refuses, and asks again before the next attempt", async () => {
    await stack.set({ "overrides.redis.instanceType": "t3a.large" });
    stack.refuse = ({ type, name }) => type.startsWith("aws:ec2/instance") && name === "redis-3";
    await assert.rejects(stack.up(), /InsufficientInstanceCapacity/);
    assert.deepEqual(stack.request().handOver, []);
    stack.refuse = () => false;
    await stack.up();
    assert.deepEqual(stack.applied(), ["redis-3", "redis-2", "redis-1"]);
  });
});

/** A stack in a folder, its simulated cloud and its simulated nodes. */
class RolledStack {
  /** Whether the cloud refuses a call. */
  refuse: (call: Call) => boolean = () => false;
  private output = "";

  private constructor(
    private readonly folder: string,
    readonly store: MemoryObjects,
    readonly farm: FakeFarm,
    private readonly stops: (() => void)[],
    private readonly env: Record<string, string>,
  ) {}

  static async start(): Promise<RolledStack> {
    const folder = mkdtempSync(join(tmpdir(), "ape-roll-"));
    const store = new MemoryObjects();
    const farm = new FakeFarm(store, 2);
    const s3 = await startS3(store);
    const stops = [s3.stop, farm.run()];
    const stack = new RolledStack(folder, store, farm, stops, {
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "for this test only",
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
    const providers = await startProviders(["aws", "random"], (call) => stack.carryOut(call));
    stops.push(providers.stop);
    stack.env.PULUMI_DEBUG_PROVIDERS = providers.attach;
    copyFileSync("Pulumi.prod.yaml", stack.config);
    await stack.run("stack", "init", "roll");
    rmSync("Pulumi.roll.yaml", { force: true });
    return stack;
  }

  private get config(): string {
    return join(this.folder, "Pulumi.roll.yaml");
  }

  stop(): void {
    this.stops.forEach((stop) => stop());
    rmSync(this.folder, { recursive: true });
  }

  async set(values: Readonly<Record<string, string>>): Promise<void> {
    for (const [key, value] of Object.entries(values)) {
      await this.pulumi("config", "set", "--path", key, value);
    }
  }

  async unset(key: string): Promise<void> {
    await this.pulumi("config", "rm", key);
  }

  up(...args: readonly string[]): Promise<string> {
    return this.pulumi("up", "--yes", "--skip-preview", ...args);
  }

  /** Nodes in the order in which they began to apply something. */
  applied(): string[] {
    return this.farm.events.flatMap(({ what }) => /^(\S+) applying/.exec(what)?.[1] ?? []);
  }

  node(name: string): FakeNode {
    return this.farm.nodes.get(name)!;
  }

  /** What the nodes run. */
  bootstraps(): Record<string, string> {
    return Object.fromEntries([...this.farm.nodes].map(([name, { bootstrap }]) => [name, bootstrap]));
  }

  request(): RollRequest {
    return JSON.parse(this.store.objects.get(REQUEST_KEY)!) as RollRequest;
  }

  /** Waits until the running command has printed something. */
  async printed(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) {
      await sleep(200);
    }
  }

  /** The cloud: objects are stored, machines become nodes. */
  private carryOut(call: Call): void {
    const { op, type, name, inputs } = call;
    if (this.refuse(call)) {
      throw new Error("InsufficientInstanceCapacity: try another type");
    }
    if (type === "aws:s3/bucketObjectv2:BucketObjectv2") {
      if (op === "delete") {
        this.store.objects.delete(String(inputs.key));
      } else {
        this.store.objects.set(String(inputs.key), String(inputs.content));
      }
    } else if (type === "aws:ec2/instance:Instance" && op !== "delete") {
      const order = parseOrder(this.store.objects.get(`nodes/${name}`)!)!;
      if (op === "create") {
        this.farm.add(name, order, { [name]: name.replace(/-\d+$/, "") });
      } else if (this.farm.nodes.get(name)!.machine !== inputs.instanceType) {
        this.farm.nodes.get(name)!.ordered = order.bootstrap;
        this.farm.reboot(name, String(inputs.instanceType));
      }
    } else if (type === "aws:autoscaling/group:Group") {
      const order = parseOrder(this.store.objects.get("nodes/api")!)!;
      this.farm.endMembers("api");
      for (let member = 1; member <= Number(inputs.minSize); member++) {
        this.farm.addMember("api", `i-${member}`, order, this.store.objects.get("bootstrap/releases/api")!);
      }
    }
  }

  private pulumi(...args: readonly string[]): Promise<string> {
    return this.run(...args, "--stack", "roll", "--config-file", this.config);
  }

  private run(...args: readonly string[]): Promise<string> {
    const child = spawn("pulumi", [...args, "--non-interactive"], { env: { ...process.env, ...this.env } });
    this.output = "";
    [child.stdout, child.stderr].forEach((stream) => stream.on("data", (part) => (this.output += String(part))));
    return new Promise((resolve, reject) =>
      child.on("close", (code) =>
        code === 0 ? resolve(this.output) : reject(new Error(`pulumi ${args.join(" ")}\n${this.output}`)),
      ),
    );
  }
}
