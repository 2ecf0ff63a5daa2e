// Test group: heavy, last
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseOrder } from "../../components/node/roll/order";
import { startProviders, type Call } from "../support/echo-provider";
import { FakeFarm, MemoryObjects } from "../support/fake-farm";
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
  beforeEach(() => void (stack.calls.length = 0));

  it("has nothing to do afterwards", async () => {
    await stack.up("--expect-no-changes");
  });

  it("touches the members one after the other, and none that leads", async () => {
    await stack.set({ "overrides.redis.maxMemoryGiB": "1.5" });
    await stack.up();
    assert.deepEqual(stack.applied(), ["redis-3", "redis-2", "redis-1"]);
  });
});

/** A stack in a folder, its simulated cloud and its simulated nodes. */
class RolledStack {
  readonly calls: Call[] = [];
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
    let stack: RolledStack | undefined;
    const providers = await startProviders(["aws", "random"], (call) => stack!.carryOut(call));
    stack = new RolledStack(folder, store, farm, [s3.stop, providers.stop, farm.run()], {
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "for this test only",
      PULUMI_DEBUG_PROVIDERS: providers.attach,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
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

  up(...args: readonly string[]): Promise<string> {
    return this.pulumi("up", "--yes", "--skip-preview", ...args);
  }

  /** Nodes in the order in which they began to apply something. */
  applied(): string[] {
    return this.farm.events.flatMap(({ what }) => /^(\S+) applying/.exec(what)?.[1] ?? []);
  }

  /** The cloud: objects are stored, machines become nodes. */
  private carryOut(call: Call): void {
    const { op, type, name, inputs } = call;
    this.calls.push(call);
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
    let output = "";
    child.stdout.on("data", (part) => (output += String(part)));
    child.stderr.on("data", (part) => (output += String(part)));
    return new Promise((resolve, reject) =>
      child.on("close", (code) =>
        code === 0 ? resolve(output) : reject(new Error(`pulumi ${args.join(" ")}\n${output}`)),
      ),
    );
  }
}
