// Test group: first
import assert from "node:assert/strict";
import { CONFIG_DIRECTORY } from "../../components/neo4j/configuration";
import { membersOf } from "../../components/neo4j/endpoints";
import { RESTART_SCRIPT } from "../../components/neo4j/operations";
import { planStack, type StackPlan } from "../../stacks/plan";
import { TIER_NAMES, TIERS, type TierName } from "../../stacks/tiers";
import { neo4jReplace } from "../../rehearsal/drills/neo4j/replace";
import { neo4jRestore } from "../../rehearsal/drills/neo4j/restore";
import { neo4jServer, rows } from "../../rehearsal/drills/neo4j/server";
import { COMMUNITY } from "../../rehearsal/drills/neo4j/settings";
import { planFrom } from "../../planning/plan";
import type { Machine } from "../../rehearsal/machine/machine";
import { oomKills, createControlGroups } from "../../rehearsal/machine/control-groups";
import type { Rehearsal } from "../../rehearsal/rehearsal";
import { declareScenarios, type Step } from "../support/scenarios";
import { boot, assertDrillPasses } from "../support/rehearsal";
import { enterpriseNames } from "../components/neo4j/enterprise";

const MINUTE = 60_000;

/** Each cloud with one of the two versions. */
const CASES = [
  { cloud: "aws", version: "5.26", drills: [neo4jRestore, neo4jReplace], settings: [] },
  { cloud: "gcp", version: "2026", drills: [neo4jRestore], settings: ["account=acme-ape-prod"] },
] as const;
type Case = (typeof CASES)[number];
/** The tier that the nodes are booted with. */
const BOOTED: TierName = "t3";

describe("Neo4j's nodes, booted on this machine", function () {
  this.timeout(20 * MINUTE);
  declareScenarios(
    CASES.map((each) => {
      const plan = planOf(each, BOOTED);
      return {
        title: `${each.cloud}, ${each.version}`,
        stack: plan.spec.stack,
        boot: () => boot(plan, ["neo4j"]),
        steps: stepsOf(each),
      };
    }),
  );
});

function stepsOf(each: Case): Step[] {
  return [
    ...each.drills.map((drill) => ({
      title: `pass the drill ${drill.name}: ${drill.description}`,
      run: (rehearsal: Rehearsal) => assertDrillPasses(drill, rehearsal),
    })),
    // The booted tier first, because its server is running.
    ...[BOOTED, ...TIER_NAMES.filter((tier) => tier !== BOOTED)].map((tier) => ({
      title: `start with ${tier}'s configuration within its machine's memory`,
      run: (rehearsal: Rehearsal) => starts(each, tier, rehearsal),
    })),
    ...([1, 3] as const).map((members) => ({
      title: `accept every setting: Enterprise Edition's for ${members} members by its manual, Community's by strict validation`,
      run: (rehearsal: Rehearsal) => validates(each, members, rehearsal),
    })),
  ];
}

function planOf({ cloud, version, settings }: Case, tier: TierName): StackPlan {
  const available = TIERS[tier].highAvailability ? [] : ["highAvailability=false"];
  const asked = [`cloud=${cloud}`, `tier=${tier}`, `neo4jVersion=${version}`, ...settings, ...available, ...COMMUNITY];
  return planStack({ ...planFrom("prod", asked).spec, stack: `graph-${cloud}` });
}

async function starts(each: Case, tier: TierName, rehearsal: Rehearsal): Promise<void> {
  const server = neo4jServer(rehearsal);
  const plan = planOf(each, tier);
  const [self] = membersOf(plan.placed);
  assert.equal(self!.address, server.host.address);
  if (tier !== BOOTED) {
    // Stop the previous tier's server to free its memory.
    await server.run(["systemctl", "stop", "neo4j.service"]);
    const { memGiB } = plan.nodes.find(({ name }) => name === self!.node)!.machine;
    createControlGroups(rehearsal.stack.stack, server.host.name, memGiB);
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
  assert.equal(oomKills(rehearsal.stack.stack, server.host.name), 0);
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
    assert.equal(new Set(names.map((line) => line.split("=")[0])).size, names.length, "a setting occurs twice");
    const community = lines.filter((line) => !known.has(line.split("=")[0]!));
    assert.ok(lines.length - community.length >= 8);
    await put(server, `${directory}/neo4j.conf`, community.join("\n"));
    await server.run(["env", `NEO4J_CONF=${directory}`, "neo4j-admin", "server", "validate-config"]);
  }
  await server.run(["rm", "-r", directory]);
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
