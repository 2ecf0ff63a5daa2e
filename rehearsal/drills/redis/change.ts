import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud } from "../../../components/model/cloud";
import { addressOf, type Placed } from "../../../components/model/role";
import { planFrom } from "../../../planning/plan";
import { planStack, type StackPlan } from "../../../stacks/plan";
import type { Rehearsal } from "../../rehearsal";
import type { LocalStack } from "../../stack/local-stack";
import { longestGap, STEADY_MS, waitForWrite } from "../client";
import { expect, runScenarios, type Drill, type ScenarioResult } from "../drill";
import { withBootstrap } from "../orders";
import { Writer } from "./client";
import { lostWrites } from "./keys";
import { RedisMembers } from "./members";
import { RedisRoll } from "./roll";

/** Allowed seconds without an accepted write in a change. */
const CHANGE_SECONDS = 3;
/** Milliseconds until all members must be healthy. */
const SETTLE_MS = 180_000;

/** The order in which members change: the first one last. */
const MEMBERS = ["redis-3", "redis-2", "redis-1"] as const;

export const redisChange: Drill = {
  name: "redis-change",
  description:
    "changes a setting with and without a restart, moves every member to another address, ends and begins high availability",
  services: ["redis"],
  run: (rehearsal, progress) =>
    runScenarios(SCENARIOS, progress, (scenario, name) => {
      progress(name);
      return underWrites(rehearsal, scenario);
    }),
};

/** A change under writes. */
type Change = (rehearsal: Rehearsal, roll: RedisRoll, writer: Writer) => Promise<void>;

const SCENARIOS: Readonly<Record<string, Change>> = {
  "setting changed": async (rehearsal, roll) =>
    rollOut(roll, await planned(rehearsal, ['overrides={"redis":{"maxMemoryGiB":1.4}}'])),
  "setting changed that needs a restart": (rehearsal, roll) =>
    rollOut(roll, MEMBERS.reduce(withOtherBacklog, rehearsal.stack)),
  "high availability off and on": offAndOn,
  "members moved": move,
};

let runs = 0;

async function underWrites(rehearsal: Rehearsal, change: Change): Promise<Omit<ScenarioResult, "scenario">> {
  const members = (): RedisMembers => new RedisMembers(rehearsal);
  if ((await members().waitUntilHealthy(SETTLE_MS)) === undefined) {
    throw new Error(`the members are not healthy after ${SETTLE_MS / 1000} s`);
  }
  const { zone } = rehearsal.machines[0]!.host;
  const writer = await Writer.start(rehearsal, zone, `drill:${process.pid}:change:${++runs}:`);
  await waitForWrite(writer, Date.now(), SETTLE_MS);
  await sleep(STEADY_MS);
  const began = Date.now();
  await change(rehearsal, new RedisRoll(rehearsal), writer);
  await sleep(STEADY_MS);
  await writer.stop();
  const settled = await members().waitUntilHealthy(SETTLE_MS);
  const gap = longestGap(writer, began);
  const missing = await lostWrites(members(), writer);
  return {
    measured: {
      longestSecondsWithoutWrites: gap,
      acknowledged: writer.acknowledged.length,
      acknowledgedLost: missing.length,
      seconds: Math.round((Date.now() - began) / 1000),
    },
    violations: [
      ...expect(gap <= CHANGE_SECONDS, `${gap} s of write downtime; at most ${CHANGE_SECONDS} s`),
      ...expect(missing.length === 0, `${missing.length} acknowledged writes were lost`),
      ...expect(settled !== undefined, "the members are not healthy after the change"),
    ],
  };
}

async function rollOut(roll: RedisRoll, to: LocalStack): Promise<void> {
  for (const node of MEMBERS) {
    await roll.apply(node, to);
  }
}

/** As after a change of placement: other addresses, new machines, the same disks. */
async function move(rehearsal: Rehearsal, roll: RedisRoll, writer: Writer): Promise<void> {
  const to = await rehearsal.planned(moved(planOf(rehearsal, [])));
  await roll.openFirewalls(to);
  for (const node of MEMBERS) {
    await roll.replace(node, to);
    writer.followMembers();
    if ((await new RedisMembers(rehearsal).waitUntilHealthy(SETTLE_MS)) === undefined) {
      throw new Error(`the members are not healthy after ${node} moved`);
    }
  }
  await roll.handOver([]);
  await rollOut(roll, to);
}

/** A client that finds the master through Sentinels stops writing once there are none. */
async function offAndOn(rehearsal: Rehearsal, roll: RedisRoll, writer: Writer): Promise<void> {
  const single = await planned(rehearsal, ["highAvailability=false"]);
  await roll.handOver(["redis-1"]);
  await roll.apply("redis-1", single);
  await sleep(STEADY_MS);
  await writer.stop();
  await rehearsal.removeHost("redis-2");
  await rehearsal.removeHost("redis-3");
  const replicated = await planned(rehearsal, []);
  await roll.add(["redis-3", "redis-2"], replicated);
  await roll.apply("redis-1", replicated);
}

const ACCOUNT: Readonly<Record<Cloud, readonly string[]>> = {
  aws: [],
  gcp: ["cloud=gcp", "account=acme-ape-prod"],
};

function planOf({ stack }: Rehearsal, settings: readonly string[]): StackPlan {
  return planStack({ ...planFrom("prod", [...ACCOUNT[stack.cloud], ...settings]).spec, stack: stack.stack });
}

function planned(rehearsal: Rehearsal, settings: readonly string[]): Promise<LocalStack> {
  return rehearsal.planned(planOf(rehearsal, settings));
}

/** A plan whose Redis members have the addresses of the other placement. */
function moved(plan: StackPlan): StackPlan {
  const move = (placed: Placed): Placed =>
    placed.role.service === "redis"
      ? { ...placed, address: placed.formerAddresses![0]!, formerAddresses: [addressOf(placed)] }
      : placed;
  return {
    ...plan,
    placed: plan.placed.map(move),
    nodes: plan.nodes.map((node) => ({
      ...node,
      roles: node.roles.map(move),
      address: addressOf(move(node.roles[0]!)),
    })),
  };
}

/** A stack in which a node's redis-server has another backlog of connections, which it reads only at its start. */
function withOtherBacklog(stack: LocalStack, node: string): LocalStack {
  return withBootstrap(stack, node, (script) => script.replace("tcp-backlog 511", "tcp-backlog 512"));
}
