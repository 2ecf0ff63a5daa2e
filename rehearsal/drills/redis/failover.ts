import { setTimeout as sleep } from "node:timers/promises";
import { MAX_LAG_SECONDS } from "../../../components/redis/configuration";
import type { Machine } from "../../machine/machine";
import type { Rehearsal } from "../../rehearsal";
import { longestGap, waitForWrite, STEADY_MS } from "../client";
import { expect, runScenarios, type Drill, type NodeFailure, type ScenarioResult } from "../drill";
import { Writer } from "./client";
import { lostWrites } from "./keys";
import { RedisMembers, replication } from "./members";

/** Allowed write downtime in seconds when the master is lost. */
const NODE_LOSS_SECONDS = 8;
/** Milliseconds until all members must be healthy again. */
const SETTLE_MS = 180_000;
/** Milliseconds of isolation: longer than the failover and than the lag after which an isolated master rejects writes. */
const ISOLATION_MS = (MAX_LAG_SECONDS + 10) * 1000;

export const redisFailover: Drill = {
  name: "redis-failover",
  description: "kills the master's process and its node, isolates its zone, then restarts every node in turn",
  services: ["redis"],
  async run(rehearsal, progress) {
    const members = new RedisMembers(rehearsal);
    return runScenarios(SCENARIOS, progress, async (scenario, name) => {
      progress(`${name}: waiting until all members are healthy`);
      await waitUntilHealthy(members);
      progress(name);
      return scenario(rehearsal, members);
    });
  },
};

type Run = (rehearsal: Rehearsal, members: RedisMembers) => Promise<Omit<ScenarioResult, "scenario">>;

const SCENARIOS: Readonly<Record<string, Run>> = {
  "process killed": (rehearsal, members) =>
    masterLost(rehearsal, members, {
      inject: async (master) => void (await master.run(["systemctl", "kill", "--signal=SIGKILL", "redis-server"])),
      recover: () => Promise.resolve(),
    }),
  "node killed": (rehearsal, members) =>
    masterLost(rehearsal, members, {
      inject: (master) => master.kill(),
      recover: (master) => master.start(),
    }),
  "zone cut off": zoneIsolated,
  "nodes restarted": nodesRestarted,
};

async function masterLost(
  rehearsal: Rehearsal,
  members: RedisMembers,
  { inject, recover }: NodeFailure,
): ReturnType<Run> {
  const old = (await members.master())!;
  const writer = await startWriter(rehearsal, otherZone(members, old));
  const failedAt = Date.now();
  await inject(old);
  await waitForWrite(writer, failedAt, SETTLE_MS);
  await recover(old);
  return outcome(members, writer, failedAt, old);
}

/** The effect of a fault on a client since `moment`, measured once all members are healthy. */
async function outcome(members: RedisMembers, writer: Writer, moment: number, before: Machine): ReturnType<Run> {
  const rejoinSeconds = await members.waitUntilHealthy(SETTLE_MS);
  await sleep(STEADY_MS);
  await writer.stop();
  const gap = longestGap(writer, moment);
  const missing = await lostWrites(members, writer);
  return {
    measured: {
      longestSecondsWithoutWrites: gap,
      acknowledged: writer.acknowledged.length,
      acknowledgedLost: missing.length,
      masterBefore: before.host.name,
      masterAfter: (await members.master())?.host.name ?? "none",
      oldMasterRejoined: rejoinSeconds !== undefined,
      rejoinSeconds: rejoinSeconds ?? "never",
    },
    violations: [
      ...expect(gap <= NODE_LOSS_SECONDS, `${gap} s of write downtime; at most ${NODE_LOSS_SECONDS} s`),
      ...expect(missing.length === 0, `${missing.length} acknowledged writes were lost`),
      ...expect(rejoinSeconds !== undefined, `${before.host.name} did not rejoin`),
    ],
  };
}

async function zoneIsolated(rehearsal: Rehearsal, members: RedisMembers): ReturnType<Run> {
  const old = (await members.master())!;
  const { zone } = old.host;
  const outside = await startWriter(rehearsal, otherZone(members, old), "outside");
  const inside = await startWriter(rehearsal, zone, "inside");
  const isolatedAt = Date.now();
  await rehearsal.isolate(zone);
  await sleep(ISOLATION_MS);
  await rehearsal.heal(zone);
  const { measured, violations } = await outcome(members, outside, isolatedAt, old);
  await inside.stop();
  const whileIsolated = inside.acknowledged.filter(({ at }) => at > isolatedAt && at < isolatedAt + ISOLATION_MS);
  const late = whileIsolated.filter(({ at }) => at > isolatedAt + MAX_LAG_SECONDS * 1000 + CLOCK_MS);
  return {
    measured: {
      ...measured,
      acceptedOnCutOffSide: whileIsolated.length,
      acceptedOnCutOffSideAfterMaxLag: late.length,
      lostOnCutOffSide: (await lostWrites(members, inside)).length,
    },
    violations: [
      ...violations,
      ...expect(
        late.length === 0,
        `${late.length} writes were accepted in the isolated zone after ${MAX_LAG_SECONDS} s`,
      ),
      ...expect(measured.masterAfter !== old.host.name, "no other member became master"),
    ],
  };
}

/** Tolerance in milliseconds: Redis checks its replicas once a second. */
const CLOCK_MS = 1500;

async function nodesRestarted(rehearsal: Rehearsal, members: RedisMembers): ReturnType<Run> {
  const before = (await members.master())!;
  const writer = await startWriter(rehearsal, before.host.zone);
  const startedAt = Date.now();
  const problems: string[] = [];
  for (const machine of members.machines) {
    problems.push(...expect(await machine.shutDown(), `${machine.host.name} did not shut down`));
    await machine.start();
    const { state, reason } = await machine.waitForBoot(SETTLE_MS);
    problems.push(
      ...expect(state === "serving", `${machine.host.name} is ${state} after its restart: ${reason ?? ""}`),
    );
    const whole = await members.waitUntilHealthy(SETTLE_MS);
    problems.push(...expect(whole !== undefined, `${machine.host.name} did not rejoin after its restart`));
  }
  const { measured, violations } = await outcome(members, writer, startedAt, before);
  return { measured, violations: [...problems, ...violations] };
}

async function waitUntilHealthy(members: RedisMembers): Promise<void> {
  if ((await members.waitUntilHealthy(SETTLE_MS)) === undefined) {
    const states = await Promise.all(
      members.machines.map(async (m) => `${m.host.name}: ${JSON.stringify(await replication(m))}`),
    );
    throw new Error(`the members are not healthy after ${SETTLE_MS / 1000} s\n${states.join("\n")}`);
  }
}

let runs = 0;

/** Starts a client and lets it write undisturbed for a moment. */
async function startWriter(rehearsal: Rehearsal, zone: string, side = "client"): Promise<Writer> {
  const writer = await Writer.start(rehearsal, zone, `drill:${process.pid}:${++runs}:${side}:`);
  await waitForWrite(writer, Date.now(), SETTLE_MS);
  await sleep(STEADY_MS);
  return writer;
}

function otherZone(members: RedisMembers, master: Machine): string {
  return members.machines.find(({ host }) => host.zone !== master.host.zone)!.host.zone;
}
