import { setTimeout as sleep } from "node:timers/promises";
import { RESTART_SCRIPT } from "../../../components/timescaledb/operations";
import { APP_USER } from "../../../components/timescaledb/secrets";
import type { Machine } from "../../machine/machine";
import { CannotRehearseError } from "../../system/preflight";
import type { Rehearsal } from "../../rehearsal";
import { longestGap, waitForWrite, STEADY_MS } from "../client";
import { expect, type Drill, type Scenario } from "../drill";
import { Writer } from "./client";
import { ask, execute, patronictl, TimescaleDbMembers } from "./members";

/**
 * Seconds without an acknowledged row that each failure may cost. Leadership runs out after 20 s, the least that Patroni
 * allows; with a look at the cluster every 5 s, the proxy's two checks and the noise of a small machine on top.
 */
const LIMITS = { process: 15, node: 30, zone: 35, switchover: 8 } as const;

/** Milliseconds that everything has to be in its place again. */
const SETTLE_MS = 240_000;
/** A cut must outlast the failover. */
const CUT_MS = 45_000;

export const timescaledbFailover: Drill = {
  name: "timescaledb-failover",
  description:
    "the primary's process is killed, its node, its zone cut off; a setting is changed; the standby takes over as planned",
  services: ["timescaledb", "api"],
  async run(rehearsal, progress) {
    const members = await TimescaleDbMembers.of(rehearsal);
    await settle(members);
    await execute(
      await members.primary(),
      `CREATE TABLE IF NOT EXISTS drill_writes (run text, number bigint, PRIMARY KEY (run, number));
       GRANT SELECT, INSERT ON drill_writes TO ${APP_USER}`,
    );
    const scenarios: Scenario[] = [];
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      progress(`${name}: waiting until both data nodes are in their places`);
      await settle(members);
      progress(name);
      const found = { scenario: name, ...(await scenario(rehearsal, members)) };
      progress(JSON.stringify(found.measured));
      scenarios.push(found);
    }
    return { scenarios };
  },
};

type Run = (rehearsal: Rehearsal, members: TimescaleDbMembers) => Promise<Omit<Scenario, "scenario">>;

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
  "zone cut off": zoneCut,
  "settings changed": settingsChanged,
  switchover: (rehearsal, members) =>
    primaryLost(rehearsal, members, LIMITS.switchover, {
      inject: async (primary) => void (await primary.run(patronictl("switchover", "--force", "timescaledb"))),
      recover: () => Promise.resolve(),
    }),
};

interface Failure {
  readonly inject: (primary: Machine) => Promise<void>;
  readonly recover: (primary: Machine) => Promise<void>;
}

async function primaryLost(
  rehearsal: Rehearsal,
  members: TimescaleDbMembers,
  limit: number,
  { inject, recover }: Failure,
): ReturnType<Run> {
  const old = await members.primary();
  const writer = await writing(rehearsal, otherZone(rehearsal, old));
  const failedAt = Date.now();
  await inject(old);
  await waitForWrite(writer, failedAt, SETTLE_MS);
  await recover(old);
  return outcome(members, writer, { moment: failedAt, before: old, limit });
}

/** A setting that takes a restart changes, and the node's own command puts it in force. */
async function settingsChanged(rehearsal: Rehearsal, members: TimescaleDbMembers): ReturnType<Run> {
  const old = await members.primary();
  const before = Number(await execute(old, `SHOW ${RESTART_SETTING}`));
  const writer = await writing(rehearsal, otherZone(rehearsal, old));
  const changedAt = Date.now();
  await old.run(patronictl("edit-config", "--quiet", "--force", "--pg", `${RESTART_SETTING}=${before + 8}`));
  await sleep(PATRONI_LOOKS_MS);
  const said = await old.run([RESTART_SCRIPT]);
  const { measured, violations } = await outcome(members, writer, {
    moment: changedAt,
    before: old,
    limit: LIMITS.switchover,
  });
  const inForce = await Promise.all(members.machines.map((machine) => ask(machine, `SHOW ${RESTART_SETTING}`)));
  const first = /restarting (\S+)/.exec(said)?.[1];
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
/** Patroni looks at its configuration every five seconds. */
const PATRONI_LOOKS_MS = 7000;

async function zoneCut(rehearsal: Rehearsal, members: TimescaleDbMembers): ReturnType<Run> {
  const old = await members.primary();
  const outside = await writing(rehearsal, otherZone(rehearsal, old), "outside");
  const inside = await writing(rehearsal, old.host.zone, "inside");
  const cutAt = Date.now();
  await rehearsal.isolate(old.host.zone);
  const both = await samplesWithTwoPrimaries(members, CUT_MS);
  await rehearsal.heal(old.host.zone);
  const healedAt = Date.now();
  const { measured, violations } = await outcome(members, outside, { moment: cutAt, before: old, limit: LIMITS.zone });
  await inside.stop();
  const onCutOffSide = inside.acknowledged.filter(({ at }) => at > cutAt + CUT_LANDS_MS && at < healedAt);
  const missing = await lost(members, inside);
  return {
    measured: { ...measured, acknowledgedOnCutOffSide: onCutOffSide.length, samplesWithTwoPrimaries: both },
    violations: [
      ...violations,
      ...expect(onCutOffSide.length === 0, `${onCutOffSide.length} rows were acknowledged on the cut-off side`),
      ...expect(missing.length === 0, `${missing.length} rows that the cut-off side acknowledged are lost`),
      ...expect(both === 0, `both data nodes took themselves for the primary in ${both} samples`),
      ...expect(measured.primaryAfter !== old.host.name, "the standby did not take over"),
    ],
  };
}

/** A cut is made of several commands. */
const CUT_LANDS_MS = 1000;

/** How often both servers said, in their own nodes, that they take writes. */
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

/** What a client saw from a moment on, once everything is in its place again. */
async function outcome(
  members: TimescaleDbMembers,
  writer: Writer,
  { moment, before, limit }: Outage,
): ReturnType<Run> {
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
      primaryBefore: before.host.name,
      primaryAfter: (await members.primary()).host.name,
      oldPrimaryRejoined: rejoinSeconds !== undefined,
      rejoinSeconds: rejoinSeconds ?? "never",
    },
    violations: [
      ...expect(gap <= limit, `${gap} s without an acknowledged row; at most ${limit}`),
      ...expect(missing.length === 0, `${missing.length} acknowledged rows are lost`),
      ...expect(rejoinSeconds !== undefined, `${before.host.name} did not rejoin`),
    ],
  };
}

/** Rows that were acknowledged to a client and that the primary doesn't have. */
async function lost(members: TimescaleDbMembers, { args, acknowledged }: Writer): Promise<number[]> {
  const rows = await execute(
    await members.primary(),
    `SELECT number FROM drill_writes WHERE run = '${args.run}' ORDER BY number`,
  );
  const found = new Set(rows.split("\n").map(Number));
  return acknowledged.map(({ number }) => number).filter((number) => !found.has(number));
}

async function settle(members: TimescaleDbMembers): Promise<void> {
  if ((await members.waitUntilHealthy(SETTLE_MS)) === undefined) {
    throw new Error(`the data nodes don't find together within ${SETTLE_MS / 1000} s`);
  }
}

let runs = 0;

/** A client that has been writing for a while. */
async function writing(rehearsal: Rehearsal, zone: string, side = "client"): Promise<Writer> {
  const writer = Writer.start(rehearsal, zone, `${process.pid}-${++runs}-${side}`);
  await waitForWrite(writer, Date.now(), SETTLE_MS);
  await sleep(STEADY_MS);
  return writer;
}

/** A zone with a node of the API that a failure of the primary leaves alone. */
function otherZone(rehearsal: Rehearsal, primary: Machine): string {
  const other = rehearsal.machines.find(({ host }) => host.services.includes("api") && host.zone !== primary.host.zone);
  if (other === undefined) {
    throw new CannotRehearseError(`no node of the API is booted outside ${primary.host.zone}`);
  }
  return other.host.zone;
}
