import { setTimeout as sleep } from "node:timers/promises";
import { SERVICES } from "../../../components/model/role";
import { BOOT_TIMEOUT_MS } from "../../machine/machine";
import type { Rehearsal } from "../../rehearsal";
import { FIRST_VERSION, type Version } from "../../build/api-images";
import { expect, runScenarios, type Drill, type ScenarioResult } from "../drill";
import { COMMUNITY } from "../neo4j/settings";
import { Load, seed, measureLoad, type LoadStats } from "./load";
import { ApiNodes, servingPort } from "./nodes";

/** Seconds of undisturbed load before and after each scenario. */
const STEADY_SECONDS = 6;
/** Milliseconds until the API must be ready again. */
const SETTLE_MS = 180_000;
const ISOLATION_MS = 30_000;

/** Runs a scenario under load and returns the violations that are not failed requests. */
type Run = (rehearsal: Rehearsal, nodes: ApiNodes) => Promise<readonly string[]>;

interface LoadScenario {
  readonly run: Run;
  /** Whether no request may fail. False if a node is lost, which fails its requests in flight. */
  readonly zeroFailures: boolean;
}

/** Metrics that the Scaling Strategy queries. */
const METRICS = [
  "http_requests_total",
  "http_request_duration_seconds_bucket",
  "db_connection_pool_active",
  "db_connection_pool_max",
];

const SCENARIOS: Readonly<Record<string, LoadScenario>> = {
  nothing: { run: (_rehearsal, nodes) => measured(nodes), zeroFailures: true },
  "container killed": { run: containerKilled, zeroFailures: true },
  "new version": { run: (_rehearsal, nodes) => released(nodes, "1.1.0"), zeroFailures: true },
  "version that crashes": { run: (_rehearsal, nodes) => refused(nodes, "1.3.0", "1.1.0"), zeroFailures: true },
  "version that is never ready": { run: (_rehearsal, nodes) => refused(nodes, "1.2.0", "1.1.0"), zeroFailures: true },
  "node killed": { run: nodeKilled, zeroFailures: false },
  "zone cut off": { run: zoneIsolated, zeroFailures: false },
};

export const api: Drill = {
  name: "api",
  description:
    "under steady load: kills a container, releases a new version and two broken ones, kills a node, isolates a zone",
  services: SERVICES,
  settings: ["tier=t3", "highAvailability=true", "placement=packed", "neo4jLicense=none", ...COMMUNITY],
  async run(rehearsal, progress) {
    const nodes = new ApiNodes(rehearsal);
    await nodes.release(FIRST_VERSION);
    if (!(await nodes.serve(FIRST_VERSION, SETTLE_MS))) {
      throw new Error(`${FIRST_VERSION} does not serve on all nodes after ${SETTLE_MS / 1000} s`);
    }
    await seed(rehearsal);
    return runScenarios(SCENARIOS, progress, (scenario, name) => {
      progress(name);
      return underLoad(rehearsal, nodes, scenario);
    });
  },
};

async function underLoad(
  rehearsal: Rehearsal,
  nodes: ApiNodes,
  { run, zeroFailures }: LoadScenario,
): Promise<Omit<ScenarioResult, "scenario">> {
  if (!(await nodes.ready(SETTLE_MS))) {
    throw new Error(`the API is not ready on all nodes after ${SETTLE_MS / 1000} s`);
  }
  const before = await measureLoad(rehearsal, STEADY_SECONDS);
  const failedBefore = await rehearsal.balancerErrors();
  const load = new Load(rehearsal);
  await sleep(1000);
  const begun = Date.now();
  const violations = await run(rehearsal, nodes).finally(() => sleep(1000));
  const seconds = Math.round((Date.now() - begun) / 100) / 10;
  const during = await load.stop();
  const failedOnce = (await rehearsal.balancerErrors()) - failedBefore;
  const settled = await nodes.ready(SETTLE_MS);
  const after = await measureLoad(rehearsal, STEADY_SECONDS);
  return {
    measured: { seconds, ...columns({ before, during, after }), failedWithoutRepetition: failedOnce },
    violations: [
      ...violations,
      ...expect(before.failures === 0, `${before.failures} requests failed before the scenario`),
      ...expect(
        !zeroFailures || during.failures === 0,
        `${during.failures} requests failed after the client's single retry`,
      ),
      ...expect(settled, "not all containers are ready after the scenario"),
      ...expect(after.failures === 0, `${after.failures} requests failed after the scenario`),
    ],
  };
}

function columns(stretches: Readonly<Record<string, LoadStats>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stretches).map(([name, { requests, failures, p50, p95, p99 }]) => [
      name,
      `${requests} requests, ${failures} failed after one retry, p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`,
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
    ...expect(await nodes.run(version), `containers of a version other than ${version} are running`),
  ];
}

async function refused(nodes: ApiNodes, version: Version, old: Version): Promise<string[]> {
  await nodes.release(version);
  const violations = [
    ...expect(await nodes.refuse(version, SETTLE_MS), `${version} is not refused on all nodes`),
    ...expect(await nodes.run(old), `containers of a version other than ${old} are running`),
  ];
  await nodes.release(old);
  return violations;
}

async function nodeKilled(rehearsal: Rehearsal, { machines }: ApiNodes): Promise<string[]> {
  const machine = machines.at(-1)!;
  await rehearsal.unplug(machine.host);
  await machine.kill();
  await sleep(ISOLATION_MS);
  await rehearsal.plug(machine.host);
  await machine.start();
  const { state, reason } = await machine.waitForBoot(BOOT_TIMEOUT_MS);
  return expect(state === "serving", `${machine.host.name} is ${state} after its restart: ${reason ?? ""}`);
}

/** Isolates the zone of the last node: Neo4j's single server is in the first. */
async function zoneIsolated(rehearsal: Rehearsal, { machines }: ApiNodes): Promise<string[]> {
  const { zone } = machines.at(-1)!.host;
  await rehearsal.isolate(zone);
  await sleep(ISOLATION_MS);
  await rehearsal.heal(zone);
  return [];
}
