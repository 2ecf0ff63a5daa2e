import { setTimeout as sleep } from "node:timers/promises";
import { SERVICES } from "../../../components/model/role";
import { BOOT_TIMEOUT_MS } from "../../machine";
import type { Rehearsal } from "../../rehearsal";
import { FIRST_VERSION, type Version } from "../../registry/image";
import { expect, type Drill, type Scenario } from "../drill";
import { COMMUNITY } from "../neo4j/settings";
import { Load, seed, seenFor, type Seen } from "./load";
import { ApiNodes, servingPort } from "./nodes";

/** Seconds of undisturbed requests before and after. */
const STEADY_SECONDS = 6;
/** Milliseconds that everything has to be in its place again. */
const SETTLE_MS = 180_000;
const CUT_MS = 30_000;

/** What happens under load, until it is over; and what had to hold beside the failures. */
type Run = (rehearsal: Rehearsal, nodes: ApiNodes) => Promise<readonly string[]>;

interface Disturbance {
  readonly run: Run;
  /** Whether no request may fail. Not so where a node is lost: what it was answering is lost with it. */
  readonly unseen: boolean;
}

/** What the Scaling Strategy queries. */
const METRICS = [
  "http_requests_total",
  "http_request_duration_seconds_bucket",
  "db_connection_pool_active",
  "db_connection_pool_max",
];

const DISTURBANCES: Readonly<Record<string, Disturbance>> = {
  nothing: { run: (_rehearsal, nodes) => measured(nodes), unseen: true },
  "container killed": { run: containerKilled, unseen: true },
  "new version": { run: (_rehearsal, nodes) => released(nodes, "1.1.0"), unseen: true },
  "version that crashes": { run: (_rehearsal, nodes) => refused(nodes, "1.3.0", "1.1.0"), unseen: true },
  "version that is never ready": { run: (_rehearsal, nodes) => refused(nodes, "1.2.0", "1.1.0"), unseen: true },
  "node killed": { run: nodeKilled, unseen: false },
  "zone cut off": { run: zoneCut, unseen: false },
};

export const api: Drill = {
  name: "api",
  description:
    "under steady load a container is killed, a new version and two broken ones are rolled out, a node is killed, a zone cut off",
  services: SERVICES,
  settings: ["tier=t3", "highAvailability=true", "placement=packed", "neo4jLicense=none", ...COMMUNITY],
  async run(rehearsal, say) {
    const nodes = new ApiNodes(rehearsal);
    await nodes.release(FIRST_VERSION);
    if (!(await nodes.serve(FIRST_VERSION, SETTLE_MS))) {
      throw new Error(`${FIRST_VERSION} does not serve on all nodes within ${SETTLE_MS / 1000} s`);
    }
    await seed(rehearsal);
    const scenarios: Scenario[] = [];
    for (const [scenario, disturbance] of Object.entries(DISTURBANCES)) {
      say(scenario);
      const found = { scenario, ...(await underLoad(rehearsal, nodes, disturbance)) };
      say(JSON.stringify(found.measured));
      scenarios.push(found);
    }
    return { scenarios };
  },
};

async function underLoad(
  rehearsal: Rehearsal,
  nodes: ApiNodes,
  { run, unseen }: Disturbance,
): Promise<Omit<Scenario, "scenario">> {
  if (!(await nodes.ready(SETTLE_MS))) {
    throw new Error(`the API is not ready on all nodes within ${SETTLE_MS / 1000} s`);
  }
  const before = await seenFor(rehearsal, STEADY_SECONDS);
  const failedBefore = await rehearsal.failedAtBalancer();
  const load = new Load(rehearsal);
  await sleep(1000);
  const begun = Date.now();
  const violations = await run(rehearsal, nodes).finally(() => sleep(1000));
  const seconds = Math.round((Date.now() - begun) / 100) / 10;
  const during = await load.stop();
  const failedOnce = (await rehearsal.failedAtBalancer()) - failedBefore;
  const settled = await nodes.ready(SETTLE_MS);
  const after = await seenFor(rehearsal, STEADY_SECONDS);
  return {
    measured: { seconds, ...columns({ before, during, after }), failedWithoutRepetition: failedOnce },
    violations: [
      ...violations,
      ...expect(before.failures === 0, `${before.failures} requests failed before`),
      ...expect(!unseen || during.failures === 0, `${during.failures} requests failed`),
      ...expect(settled, "not all containers are ready afterwards"),
      ...expect(after.failures === 0, `${after.failures} requests failed afterwards`),
    ],
  };
}

function columns(stretches: Readonly<Record<string, Seen>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stretches).map(([name, { requests, failures, p50, p95, p99 }]) => [
      name,
      `${requests} requests, ${failures} failed, p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`,
    ]),
  );
}

async function measured({ machines }: ApiNodes): Promise<string[]> {
  const machine = machines[0]!;
  const metrics = await machine.run(["curl", "-fsS", `http://127.0.0.1:${await servingPort(machine)}/metrics`]);
  return METRICS.flatMap((name) => expect(metrics.includes(`\n${name}{`), `/metrics lacks ${name}`));
}

async function containerKilled(_rehearsal: Rehearsal, { machines }: ApiNodes): Promise<string[]> {
  const machine = machines[0]!;
  await machine.run(["podman", "kill", "--signal=KILL", `ape-api-${await servingPort(machine)}`]);
  await sleep(STEADY_SECONDS * 1000);
  return [];
}

async function released(nodes: ApiNodes, version: Version): Promise<string[]> {
  await nodes.release(version);
  return [
    ...expect(await nodes.serve(version, SETTLE_MS), `${version} does not serve on all nodes`),
    ...expect(await nodes.run(version), `containers of another version than ${version} run`),
  ];
}

async function refused(nodes: ApiNodes, version: Version, old: Version): Promise<string[]> {
  await nodes.release(version);
  const violations = [
    ...expect(await nodes.refuse(version, SETTLE_MS), `${version} is not refused on all nodes`),
    ...expect(await nodes.run(old), `containers of another version than ${old} run`),
  ];
  await nodes.release(old);
  return violations;
}

async function nodeKilled(rehearsal: Rehearsal, { machines }: ApiNodes): Promise<string[]> {
  const machine = machines.at(-1)!;
  await rehearsal.unplug(machine.host);
  await machine.kill();
  await sleep(CUT_MS);
  await rehearsal.plug(machine.host);
  await machine.start();
  const { state, reason } = await machine.settled(BOOT_TIMEOUT_MS);
  return expect(state === "serving", `${machine.host.name} is ${state} after its restart: ${reason ?? ""}`);
}

/** The zone of the last node: Neo4j's single server stands in the first. */
async function zoneCut(rehearsal: Rehearsal, { machines }: ApiNodes): Promise<string[]> {
  const { zone } = machines.at(-1)!.host;
  await rehearsal.cut(zone);
  await sleep(CUT_MS);
  await rehearsal.heal(zone);
  return [];
}
