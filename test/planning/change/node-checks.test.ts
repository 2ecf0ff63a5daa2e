import assert from "node:assert/strict";
import { REQUEST_KEY, statusKey } from "../../../components/model/bootstrap-keys";
import type { NodeStatus } from "../../../components/node/roll/status";
import type { Check } from "../../../planning/change/check";
import { nodeChecks } from "../../../planning/change/node-checks";
import { observe, watchedNodes } from "../../../planning/change/observed";
import { nodeLook } from "../../../planning/change/running-checks";
import { wantedBootstraps } from "../../../planning/change/wanted";
import { NOW, planned, runningStack, type RunningStack } from "./fixtures";

describe("the nodes of a running stack", function () {
  this.timeout(60_000);
  let stack: RunningStack;
  let bootstraps: ReadonlyMap<string, string>;

  beforeEach(async () => {
    const judged = await planned("prod");
    stack = runningStack(judged);
    bootstraps = wantedBootstraps(judged.planned.judged());
  });

  async function look(): Promise<Record<string, Check>> {
    const { plan, stores } = stack;
    const { checks } = await nodeLook({ plan, stores: { value: stores }, bootstraps }, () => undefined);
    return Object.fromEntries(checks.map((each) => [each.id, each]));
  }

  async function finds(id: string, result: Check["result"], evidence: RegExp): Promise<void> {
    const check = (await look())[id]!;
    assert.equal(check.result, result, check.evidence);
    assert.match(check.evidence, evidence);
    assert.equal(check.remedy === "", result === "pass");
  }

  function say(node: string, change: (status: NodeStatus) => Partial<NodeStatus>): void {
    stack.say(statusKey(node), change);
  }

  it("pass when each serves its order and answers", async () => {
    const checks = Object.values(await look());
    assert.deepEqual(
      checks.map(({ id, result }) => `${id} ${result}`),
      ["no-change pass", "deployed pass", "serving pass", "in-step pass"],
    );
    assert.match(checks[3]!.evidence, /leading: timescaledb-1, neo4j-1, redis-1/);
  });

  it("fail when one runs another bootstrap", () => {
    say("redis-2", () => ({ bootstrap: "0".repeat(64), reason: "waits for machine t3a.large" }));
    return finds("serving", "fail", /^redis-2 runs 0{12}, ordered is \w{12}: waits for machine t3a.large$/);
  });

  it("fail with the node's reason when one has failed", () => {
    say("neo4j-3", () => ({ phase: "failed", reason: "neo4j.service does not start" }));
    return finds("serving", "fail", /^neo4j-3 is failed: neo4j.service does not start$/);
  });

  it("fail when a role is not healthy, or behind", async () => {
    say("redis-3", ({ roles }) => ({ roles: { "redis-3": { ...roles["redis-3"]!, healthy: false, inStep: false } } }));
    await finds("serving", "fail", /^redis-3 serves, but redis-3 is not healthy$/);
    await finds("in-step", "fail", /^behind: redis-3$/);
  });

  it("fail when a member of the scaling group is missing", () => {
    stack.bootstrap.objects.delete("status/api/i-2.json");
    return finds("serving", "fail", /^api has 1 of 2 statuses/);
  });

  it("fail when the config is not what is deployed", () => {
    bootstraps = new Map([...bootstraps, ["redis-1", "1".repeat(64)]]);
    return finds("deployed", "fail", /otherwise than configured: redis-1$/);
  });

  it("are not asked while a change is under way: its request must stay", async () => {
    const request = JSON.stringify({ id: "roll", handOver: ["redis-2"], leave: [] });
    stack.bootstrap.objects.set(REQUEST_KEY, request);
    await finds("no-change", "fail", /^asked to hand over: redis-2;/);
    assert.equal(stack.bootstrap.objects.get(REQUEST_KEY), request);
  });

  it("are asked without a lasting effect: an update may wait for answers to its request", async () => {
    const request = JSON.stringify({ id: "roll", handOver: [], leave: ["redis-1"], from: { "redis-1": "redis-1" } });
    stack.bootstrap.objects.set(REQUEST_KEY, request);
    const asked: string[] = [];
    const { onPut } = stack.bootstrap;
    stack.bootstrap.onPut = (key, content) => {
      asked.push(content);
      onPut(key, content);
    };
    await finds("serving", "pass", /redis-1/);
    assert.equal(asked.length, 2);
    const { id, ...rest } = JSON.parse(asked[0]!) as { id: string };
    assert.notEqual(id, "roll");
    assert.deepEqual(rest, { handOver: [], leave: ["redis-1"], from: { "redis-1": "redis-1" } });
    assert.equal(stack.bootstrap.objects.get(REQUEST_KEY), request);
  });

  it("fail when one does not answer", async () => {
    stack.silent.add(statusKey("neo4j-2"));
    const { plan, bootstrap } = stack;
    const value = await observe(bootstrap, watchedNodes(plan), { seconds: 0, progress: () => undefined });
    const serving = nodeChecks({ value }, { stack: "prod", cloud: "aws" }).find(({ id }) => id === "serving")!;
    assert.equal(serving.evidence, `neo4j-2 does not answer; its last status is of ${NOW.toISOString()}`);
  });

  it("are unknown without orders, and without access", async () => {
    stack.bootstrap.objects.clear();
    await finds("serving", "unknown", /holds no orders/);
    const { plan } = stack;
    const { checks } = await nodeLook({ plan, stores: { problem: "no credentials" } }, () => undefined);
    assert.deepEqual(
      [...new Set(checks.map(({ result, evidence }) => `${result} ${evidence}`))],
      ["unknown no credentials"],
    );
    assert.match(checks[0]!.remedy, /aws sso login/);
  });
});
