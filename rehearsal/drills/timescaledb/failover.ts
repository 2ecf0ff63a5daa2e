import { setTimeout as sleep } from "node:timers/promises";
import { RESTART_SCRIPT } from "../../../components/timescaledb/operations";
import type { Machine } from "../../machine/machine";
import { CannotRehearseError } from "../../system/preflight";
import type { Rehearsal } from "../../rehearsal";
import { longestGap, waitForWrite, STEADY_MS } from "../client";
import { expect, runScenarios, type Drill, type NodeFailure, type ScenarioResult } from "../drill";
import { Writer } from "./client";
import { execute, patronictl, query, TimescaleDbMembers } from "./members";
import { createTable, lostWrites } from "./rows";

/**
 * Allowed write downtime in seconds per fault. The leader lease expires after 20 s, Patroni's minimum; added to that are
 * Patroni's 5 s loop, two health checks of the proxy and the noise of a small machine.
 */
const LIMITS = { process: 15, node: 30, zone: 35, switchover: 8 } as const;

/** Milliseconds until both data nodes must be healthy again. */
const SETTLE_MS = 240_000;
/** Milliseconds of isolation: longer than the failover. */
const ISOLATION_MS = 45_000;

export const timescaledbFailover: Drill = {
  name: "timescaledb-failover",
  description:
    "kills the primary's process and its node, isolates its zone, changes a setting that requires a restart, then switches over",
  services: ["timescaledb", "api"],
  async run(rehearsal, progress) {
    const members = await TimescaleDbMembers.of(rehearsal);
    await waitUntilHealthy(members);
    await createTable(members);
    return runScenarios(SCENARIOS, progress, async (scenario, name) => {
      progress(`${name}: waiting until both data nodes are healthy`);
      await waitUntilHealthy(members);
      progress(name);
      return scenario(rehearsal, members);
    });
  },
};

type Run = (rehearsal: Rehearsal, members: TimescaleDbMembers) => Promise<Omit<ScenarioResult, "scenario">>;

const SCENARIOS: Readonly<Record<string, Run>> = {
  "process killed": (rehearsal, members) =>
    primaryLost(rehearsal, members, LIMITS.process, {
      inject: async (primary) => void (await primary.run(["pkill", "-KILL", "--oldest", "-x", "postgres"])),
      recover: () => Promise.resolve(),
    }),
  "node killed": (rehearsal, members) =>
    primaryLost(rehearsal, members, LIMITS.node, {
      inject: (primary) => primary.kill(),
      recover: (primary) => primary.start(),
    }),
  "zone cut off": zoneIsolated,
  "settings changed": settingsChanged,
  switchover: (rehearsal, members) =>
    primaryLost(rehearsal, members, LIMITS.switchover, {
      inject: async (primary) => void (await primary.run(patronictl("switchover", "--force", "timescaledb"))),
      recover: () => Promise.resolve(),
    }),
};

async function primaryLost(
  rehearsal: Rehearsal,
  members: TimescaleDbMembers,
  limit: number,
  { inject, recover }: NodeFailure,
): ReturnType<Run> {
  const old = await members.primary();
  const writer = await startWriter(rehearsal, otherZone(rehearsal, old));
  const failedAt = Date.now();
  await inject(old);
  await waitForWrite(writer, failedAt, SETTLE_MS);
  await recover(old);
  return outcome(members, writer, { moment: failedAt, before: old, limit });
}

/** Changes a setting that requires a restart and applies it with the node's restart command. */
async function settingsChanged(rehearsal: Rehearsal, members: TimescaleDbMembers): ReturnType<Run> {
  const old = await members.primary();
  const before = Number(await execute(old, `SHOW ${RESTART_SETTING}`));
  const writer = await startWriter(rehearsal, otherZone(rehearsal, old));
  const changedAt = Date.now();
  await old.run(patronictl("edit-config", "--quiet", "--force", "--pg", `${RESTART_SETTING}=${before + 8}`));
  await sleep(PATRONI_LOOP_MS);
  const output = await old.run([RESTART_SCRIPT]);
  const { measured, violations } = await outcome(members, writer, {
    moment: changedAt,
    before: old,
    limit: LIMITS.switchover,
  });
  const inForce = await Promise.all(members.machines.map((machine) => query(machine, `SHOW ${RESTART_SETTING}`)));
  const first = /restarting (\S+)/.exec(output)?.[1];
  return {
    measured: { ...measured, restartedFirst: first ?? "none" },
    violations: [
      ...violations,
      ...expect(
        inForce.every((value) => value === String(before + 8)),
        `${RESTART_SETTING} is ${inForce.join(" and ")}`,
      ),
      ...expect(first !== undefined && first !== old.host.name, "the standby was not restarted first"),
    ],
  };
}

const RESTART_SETTING = "max_locks_per_transaction";
/** Milliseconds until Patroni has read its configuration; its loop takes 5 s. */
const PATRONI_LOOP_MS = 7000;

async function zoneIsolated(rehearsal: Rehearsal, members: TimescaleDbMembers): ReturnType<Run> {
  const old = await members.primary();
  const outside = await startWriter(rehearsal, otherZone(rehearsal, old), "outside");
  const inside = await startWriter(rehearsal, old.host.zone, "inside");
  const isolatedAt = Date.now();
  await rehearsal.isolate(old.host.zone);
  const both = await samplesWithTwoPrimaries(members, ISOLATION_MS);
  await rehearsal.heal(old.host.zone);
  const healedAt = Date.now();
  const { measured, violations } = await outcome(members, outside, {
    moment: isolatedAt,
    before: old,
    limit: LIMITS.zone,
  });
  await inside.stop();
  const onCutOffSide = inside.acknowledged.filter(({ at }) => at > isolatedAt + ISOLATION_DELAY_MS && at < healedAt);
  const missing = await lostWrites(members, inside);
  return {
    measured: { ...measured, acknowledgedOnCutOffSide: onCutOffSide.length, samplesWithTwoPrimaries: both },
    violations: [
      ...violations,
      ...expect(onCutOffSide.length === 0, `${onCutOffSide.length} rows were acknowledged in the isolated zone`),
      ...expect(missing.length === 0, `${missing.length} rows acknowledged in the isolated zone were lost`),
      ...expect(both === 0, `both data nodes accepted writes in ${both} samples`),
      ...expect(measured.primaryAfter !== old.host.name, "the standby did not take over"),
    ],
  };
}

/** Milliseconds until the isolation, which takes several commands, is in effect. */
const ISOLATION_DELAY_MS = 1000;

/** Number of samples, two per second, in which both servers accept writes. */
async function samplesWithTwoPrimaries(members: TimescaleDbMembers, durationMs: number): Promise<number> {
  let both = 0;
  for (const end = Date.now() + durationMs; Date.now() < end; await sleep(500)) {
    both += (await members.primaries()).length > 1 ? 1 : 0;
  }
  return both;
}

interface Outage {
  readonly moment: number;
  readonly before: Machine;
  readonly limit: number;
}

/** The effect of a fault on a client since `moment`, measured once both data nodes are healthy. */
async function outcome(
  members: TimescaleDbMembers,
  writer: Writer,
  { moment, before, limit }: Outage,
): ReturnType<Run> {
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
      primaryBefore: before.host.name,
      primaryAfter: (await members.primary()).host.name,
      oldPrimaryRejoined: rejoinSeconds !== undefined,
      rejoinSeconds: rejoinSeconds ?? "never",
    },
    violations: [
      ...expect(gap <= limit, `${gap} s of write downtime; at most ${limit} s`),
      ...expect(missing.length === 0, `${missing.length} acknowledged rows were lost`),
      ...expect(rejoinSeconds !== undefined, `${before.host.name} did not rejoin`),
    ],
  };
}

async function waitUntilHealthy(members: TimescaleDbMembers): Promise<void> {
  if ((await members.waitUntilHealthy(SETTLE_MS)) === undefined) {
    throw new Error(`the data nodes are not healthy after ${SETTLE_MS / 1000} s`);
  }
}

let runs = 0;

/** Starts a client and lets it write undisturbed for a moment. */
async function startWriter(rehearsal: Rehearsal, zone: string, side = "client"): Promise<Writer> {
  const writer = Writer.start(rehearsal, zone, `${process.pid}-${++runs}-${side}`);
  await waitForWrite(writer, Date.now(), SETTLE_MS);
  await sleep(STEADY_MS);
  return writer;
}

/** A zone with an API node that a failure of the primary does not affect. */
function otherZone(rehearsal: Rehearsal, primary: Machine): string {
  const other = rehearsal.machines.find(({ host }) => host.services.includes("api") && host.zone !== primary.host.zone);
  if (other === undefined) {
    throw new CannotRehearseError(`no API node is booted outside ${primary.host.zone}`);
  }
  return other.host.zone;
}
