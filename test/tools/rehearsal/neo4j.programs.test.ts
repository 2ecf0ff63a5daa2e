import assert from "node:assert/strict";
import { CONFIG_DIRECTORY } from "../../../components/neo4j/configuration";
import { membersOf } from "../../../components/neo4j/endpoints";
import { RESTART_SCRIPT } from "../../../components/neo4j/operations";
import { planStack, type StackPlan } from "../../../stacks/plan";
import { TIER_NAMES, TIERS, type TierName } from "../../../stacks/tiers";
import type { Drill } from "../../../tools/drills/drill";
import { neo4jReplace } from "../../../tools/drills/neo4j/replace";
import { neo4jRestore } from "../../../tools/drills/neo4j/restore";
import { neo4jServer, rows, serves } from "../../../tools/drills/neo4j/server";
import { COMMUNITY } from "../../../tools/drills/neo4j/settings";
import { report } from "../../../tools/drills/report";
import { runDrill } from "../../../tools/drills/run";
import { planFrom } from "../../../tools/plan/plan";
import type { Machine } from "../../../tools/rehearsal/machine";
import { killedForMemory, makeGroups } from "../../../tools/rehearsal/groups";
import { Rehearsal, takeDown } from "../../../tools/rehearsal/rehearsal";
import { canBoot } from "../../support/rehearsal";
import { enterpriseNames } from "../../components/neo4j/enterprise";

const MINUTE = 60_000;
const PLAIN = { bold: (text: string) => text, dim: (text: string) => text };

/** Each cloud with one of the two versions. Both take their course at once, for each mostly waits for one program. */
const CASES = [
  { cloud: "aws", version: "5.26", drills: [neo4jRestore, neo4jReplace], settings: [] },
  { cloud: "gcp", version: "2026", drills: [neo4jRestore], settings: ["account=acme-ape-prod"] },
] as const;
type Case = (typeof CASES)[number];
/** The tier that the nodes are booted with. */
const BOOTED: TierName = "t3";

interface Step {
  readonly title: string;
  readonly run: (rehearsal: Rehearsal) => Promise<void>;
}

describe("Neo4j's nodes, booted on this machine", function () {
  this.timeout(20 * MINUTE);
  const done = new Map<Step, Promise<void>>();
  const courses = CASES.map((each) => ({ each, steps: stepsOf(each) }));

  before(function () {
    CASES.forEach(({ cloud }) => canBoot(this, stackOf(cloud)));
    for (const { each, steps } of courses) {
      const booted = boot(planOf(each, BOOTED));
      let last: Promise<unknown> = booted;
      for (const step of steps) {
        const result = last.catch(() => undefined).then(async () => step.run(await booted));
        result.catch(() => undefined); // met by its own test
        done.set(step, result);
        last = result;
      }
    }
  });
  after(async () => {
    await Promise.allSettled(done.values());
    await Promise.all(CASES.map(({ cloud }) => takeDown(stackOf(cloud))));
  });

  for (const { each, steps } of courses) {
    describe(`${each.cloud}, ${each.version}`, () => {
      for (const step of steps) {
        it(step.title, () => done.get(step));
      }
    });
  }
});

function stepsOf(each: Case): Step[] {
  return [
    ...each.drills.map((drill) => ({
      title: `hold in the drill ${drill.name}: ${drill.description}`,
      run: (rehearsal: Rehearsal) => holds(drill, rehearsal),
    })),
    // The booted tier first: its server runs already.
    ...[BOOTED, ...TIER_NAMES.filter((tier) => tier !== BOOTED)].map((tier) => ({
      title: `start with ${tier}'s file, in the memory of its machine`,
      run: (rehearsal: Rehearsal) => starts(each, tier, rehearsal),
    })),
    ...([1, 3] as const).map((members) => ({
      title: `find in Enterprise Edition's files for ${members} nothing but what its manual knows, and Community's strictly`,
      run: (rehearsal: Rehearsal) => validates(each, members, rehearsal),
    })),
  ];
}

function stackOf(cloud: string): string {
  return `graph-${cloud}`;
}

function planOf({ cloud, version, settings }: Case, tier: TierName): StackPlan {
  const available = TIERS[tier].highAvailability ? [] : ["highAvailability=false"];
  const asked = [`cloud=${cloud}`, `tier=${tier}`, `neo4jVersion=${version}`, ...settings, ...available, ...COMMUNITY];
  return planStack({ ...planFrom("prod", asked).spec, stack: stackOf(cloud) });
}

async function holds(drill: Drill, rehearsal: Rehearsal): Promise<void> {
  const record = await runDrill(drill, rehearsal, () => undefined);
  console.log(report(record, PLAIN).replace(/^/gm, "      "));
  assert.deepEqual(
    record.scenarios.flatMap(({ scenario, violations }) => violations.map((text) => `${scenario}: ${text}`)),
    [],
  );
}

async function starts(each: Case, tier: TierName, rehearsal: Rehearsal): Promise<void> {
  const server = neo4jServer(rehearsal);
  const plan = planOf(each, tier);
  const [self] = membersOf(plan.placed);
  assert.equal(self!.address, server.host.address);
  if (tier !== BOOTED) {
    // What the server of the tier before has in memory goes first.
    await server.run(["systemctl", "stop", "neo4j.service"]);
    const { memGiB } = plan.nodes.find(({ name }) => name === self!.node)!.machine;
    makeGroups(rehearsal.stack.stack, server.host.name, memGiB);
    await put(server, `${CONFIG_DIRECTORY}/neo4j.conf`, configuration(plan, 0));
    await server.run([RESTART_SCRIPT]);
  }
  const { heapGiB, pageCacheGiB } = plan.spec.neo4j;
  assert.deepEqual(
    await rows(
      server,
      "SHOW SETTINGS 'server.memory.heap.max_size', 'server.memory.pagecache.size' YIELD name, value RETURN value ORDER BY name",
    ),
    [[`${heapGiB}.00GiB`], [`${pageCacheGiB}.00GiB`]],
  );
  assert.equal(killedForMemory(rehearsal.stack.stack, server.host.name), 0);
}

async function validates({ cloud, version, settings }: Case, members: 1 | 3, rehearsal: Rehearsal): Promise<void> {
  const server = neo4jServer(rehearsal);
  const known = enterpriseNames(version);
  const directory = "/tmp/ape-validate";
  await server.run(["cp", "-r", CONFIG_DIRECTORY, directory]);
  for (const tier of TIER_NAMES) {
    const { spec } = planFrom("prod", [
      ...[`cloud=${cloud}`, `tier=${tier}`, `neo4jVersion=${version}`, "neo4jEdition=enterprise"],
      ...["highAvailability=false", `overrides.neo4j.members=${members}`, ...settings],
    ]);
    const lines = configuration(planStack(spec), members - 1).split("\n");
    const names = lines.filter((line) => /^[a-z]/.test(line) && !line.startsWith("server.jvm.additional="));
    assert.equal(new Set(names.map((line) => line.split("=")[0])).size, names.length, "a setting stands twice");
    const community = lines.filter((line) => !known.has(line.split("=")[0]!));
    assert.ok(lines.length - community.length >= 8);
    await put(server, `${directory}/neo4j.conf`, community.join("\n"));
    await server.run(["env", `NEO4J_CONF=${directory}`, "neo4j-admin", "server", "validate-config"]);
  }
  await server.run(["rm", "-r", directory]);
}

async function boot(plan: StackPlan): Promise<Rehearsal> {
  const rehearsal = await Rehearsal.prepare(plan, ["neo4j"], () => undefined);
  await Promise.all(rehearsal.machines.map((machine) => rehearsal.launch(machine)));
  await Promise.all(rehearsal.machines.map(serves));
  rehearsal.machines.forEach((machine) => {
    const { host } = machine;
    console.log(
      `      ${plan.spec.stack}: ${host.name} served ${machine.condition().bootSeconds!.toFixed(1)} s after power on`,
    );
  });
  return rehearsal;
}

/** A member's neo4j.conf. */
function configuration(plan: StackPlan, member: number): string {
  const self = membersOf(plan.placed)[member]!;
  const { files } = self.role.provision(self, plan.placed);
  return files.find(({ path }) => path === `${CONFIG_DIRECTORY}/neo4j.conf`)!.content;
}

async function put(machine: Machine, path: string, content: string): Promise<void> {
  await machine.run(["tee", path], { input: content });
}
