import { setTimeout as sleep } from "node:timers/promises";
import type { DataServiceName } from "../../../components/model/role";
import type { Rehearsal } from "../../rehearsal";
import { Load, type LoadStats } from "../api/load";
import { longestGap, STEADY_MS, waitForWrite } from "../client";
import { expect, type ScenarioResult } from "../drill";
import { STORES, type Observation } from "./stores";

/** Milliseconds until writes must be accepted again. */
const RESUME_MS = 300_000;

/** What clients noticed of a step. */
export type Noticed = Omit<ScenarioResult, "scenario">;

let runs = 0;

/**
 * Runs a step while clients write to every store and request the API. The step returns its own violations.
 * @param outage whether everything is switched off: then writes and requests fail, and only lost writes are violations
 */
export async function observed(
  rehearsal: Rehearsal,
  services: readonly DataServiceName[],
  step: () => Promise<readonly string[]>,
  outage = false,
): Promise<Noticed> {
  for (const service of services) {
    await STORES[service].settle(rehearsal);
  }
  const run = `${process.pid}-change-${++runs}`;
  const observations = new Map<DataServiceName, Observation>();
  for (const service of services) {
    observations.set(service, await STORES[service].observe(rehearsal, run));
  }
  const load = hasApi(rehearsal) && !outage ? new Load(rehearsal) : undefined;
  try {
    await allWrite(observations);
    const begun = Date.now();
    const violations = await step();
    const seconds = Math.round((Date.now() - begun) / 1000);
    await allWrite(observations);
    const stores = await Promise.all([...observations].map(([service, each]) => outcome(service, each, begun, outage)));
    return together({ measured: { seconds }, violations }, ...stores, ofApi(await load?.stop()));
  } finally {
    await Promise.all([load?.stop(), ...[...observations.values()].map(({ writer }) => writer.stop())]);
  }
}

/** Whether containers serve the API, instead of stand-ins. */
function hasApi({ stack, services }: Rehearsal): boolean {
  return stack.registry !== undefined && services.includes("api");
}

/** Waits until every client's writes are accepted, and some more. */
async function allWrite(observations: ReadonlyMap<DataServiceName, Observation>): Promise<void> {
  await Promise.all([...observations.values()].map(({ writer }) => waitForWrite(writer, Date.now(), RESUME_MS)));
  await sleep(STEADY_MS);
}

async function outcome(
  service: DataServiceName,
  { writer, lost }: Observation,
  since: number,
  outage: boolean,
): Promise<Noticed> {
  await writer.stop();
  const { limitSeconds } = STORES[service];
  const gap = longestGap(writer, since);
  const missing = await lost();
  return {
    measured: {
      [`${service}Seconds${outage ? "Off" : "WithoutWrites"}`]: gap,
      [`${service}Acknowledged`]: writer.acknowledged.length,
      [`${service}AcknowledgedLost`]: missing,
    },
    violations: [
      ...expect(
        outage || gap <= limitSeconds,
        `${service}: ${gap} s without an accepted write; at most ${limitSeconds} s`,
      ),
      ...expect(missing === 0, `${service}: ${missing} acknowledged writes were lost`),
    ],
  };
}

function ofApi(stats: LoadStats | undefined): Noticed {
  return stats === undefined
    ? { measured: {}, violations: [] }
    : {
        measured: { apiRequests: stats.requests, apiRequestsFailed: stats.failures, apiP95Ms: stats.p95 },
        violations: expect(stats.failures === 0, `${stats.failures} requests failed after the client's single retry`),
      };
}

function together(...parts: readonly Noticed[]): Noticed {
  return {
    measured: Object.assign({}, ...parts.map(({ measured }) => measured)) as Noticed["measured"],
    violations: parts.flatMap(({ violations }) => violations),
  };
}
