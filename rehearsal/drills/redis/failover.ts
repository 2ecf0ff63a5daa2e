import { setTimeout as sleep } from "node:timers/promises";
import { MAX_LAG_SECONDS } from "../../../components/redis/configuration";
import type { Machine } from "../../machine/machine";
import type { Rehearsal } from "../../rehearsal";
import { longestGap, waitForWrite, STEADY_MS } from "../client";
import { expect, type Drill, type Scenario } from "../drill";
import { Writer } from "./client";
import { lost } from "./keys";
import { RedisMembers, replication } from "./members";

/** Seconds without an accepted write that the loss of a master may cost. */
const NODE_LOSS_SECONDS = 8;
/** Milliseconds that everything has to be in its place again. */
const SETTLE_MS = 180_000;
/** A cut must outlast the failover, and the lag after which a master that is cut off takes no more writes. */
const CUT_MS = (MAX_LAG_SECONDS + 10) * 1000;

export const redisFailover: Drill = {
  name: "redis-failover",
  description: "the master's process is killed, its node, its zone cut off; then every node is restarted",
  services: ["redis"],
  async run(rehearsal, progress) {
    const members = new RedisMembers(rehearsal);
    const scenarios: Scenario[] = [];
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      progress(`${name}: waiting until all members are in their places`);
      await settle(members);
      progress(name);
      const found = { scenario: name, ...(await scenario(rehearsal, members)) };
      progress(JSON.stringify(found.measured));
      scenarios.push(found);
    }
    return { scenarios };
  },
};

type Run = (rehearsal: Rehearsal, members: RedisMembers) => Promise<Omit<Scenario, "scenario">>;

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
  "zone cut off": zoneCut,
  "nodes restarted": nodesRestarted,
};

interface Failure {
  readonly inject: (master: Machine) => Promise<void>;
  readonly recover: (master: Machine) => Promise<void>;
}

async function masterLost(rehearsal: Rehearsal, members: RedisMembers, { inject, recover }: Failure): ReturnType<Run> {
  const old = (await members.master())!;
  const writer = await writing(rehearsal, otherZone(members, old));
  const failedAt = Date.now();
  await inject(old);
  await waitForWrite(writer, failedAt, SETTLE_MS);
  await recover(old);
  return outcome(members, writer, failedAt, old);
}

/** What a client saw from a moment on, once everything is in its place again. */
async function outcome(members: RedisMembers, writer: Writer, moment: number, before: Machine): ReturnType<Run> {
  const rejoinSeconds = await members.waitUntilHealthy(SETTLE_MS);
  await sleep(STEADY_MS);
  await writer.stop();
  const gap = longestGap(writer, moment);
  const missing = await lost(members, writer);
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
      ...expect(gap <= NODE_LOSS_SECONDS, `${gap} s without an accepted write; at most ${NODE_LOSS_SECONDS}`),
      ...expect(missing.length === 0, `${missing.length} acknowledged writes are lost`),
      ...expect(rejoinSeconds !== undefined, `${before.host.name} did not rejoin`),
    ],
  };
}

async function zoneCut(rehearsal: Rehearsal, members: RedisMembers): ReturnType<Run> {
  const old = (await members.master())!;
  const { zone } = old.host;
  const outside = await writing(rehearsal, otherZone(members, old), "outside");
  const inside = await writing(rehearsal, zone, "inside");
  const cutAt = Date.now();
  await rehearsal.isolate(zone);
  await sleep(CUT_MS);
  await rehearsal.heal(zone);
  const { measured, violations } = await outcome(members, outside, cutAt, old);
  await inside.stop();
  const whileCut = inside.acknowledged.filter(({ at }) => at > cutAt && at < cutAt + CUT_MS);
  const late = whileCut.filter(({ at }) => at > cutAt + MAX_LAG_SECONDS * 1000 + CLOCK_MS);
  return {
    measured: {
      ...measured,
      acceptedOnCutOffSide: whileCut.length,
      acceptedOnCutOffSideAfterMaxLag: late.length,
      lostOnCutOffSide: (await lost(members, inside)).length,
    },
    violations: [
      ...violations,
      ...expect(
        late.length === 0,
        `${late.length} writes were accepted on the cut-off side after ${MAX_LAG_SECONDS} s`,
      ),
      ...expect(measured.masterAfter !== old.host.name, "no other member became master"),
    ],
  };
}

/** Redis looks at its replicas once a second. */
const CLOCK_MS = 1500;

async function nodesRestarted(rehearsal: Rehearsal, members: RedisMembers): ReturnType<Run> {
  const before = (await members.master())!;
  const writer = await writing(rehearsal, before.host.zone);
  const startedAt = Date.now();
  const problems: string[] = [];
  for (const machine of members.machines) {
    problems.push(...expect(await machine.shutDown(), `${machine.host.name} does not shut down`));
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

async function settle(members: RedisMembers): Promise<void> {
  if ((await members.waitUntilHealthy(SETTLE_MS)) === undefined) {
    const said = await Promise.all(
      members.machines.map(async (m) => `${m.host.name}: ${JSON.stringify(await replication(m))}`),
    );
    throw new Error(`the members don't find together within ${SETTLE_MS / 1000} s\n${said.join("\n")}`);
  }
}

let runs = 0;

/** A client that has been writing for a while. */
async function writing(rehearsal: Rehearsal, zone: string, side = "client"): Promise<Writer> {
  const writer = await Writer.start(rehearsal, zone, `drill:${process.pid}:${++runs}:${side}:`);
  await waitForWrite(writer, Date.now(), SETTLE_MS);
  await sleep(STEADY_MS);
  return writer;
}

function otherZone(members: RedisMembers, master: Machine): string {
  return members.machines.find(({ host }) => host.zone !== master.host.zone)!.host.zone;
}
