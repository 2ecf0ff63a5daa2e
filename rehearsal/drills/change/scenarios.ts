import { setTimeout as sleep } from "node:timers/promises";
import type { DataServiceName } from "../../../components/model/role";
import { RollError } from "../../../components/node/roll/roll";
import type { Machine } from "../../machine/machine";
import type { Rehearsal } from "../../rehearsal";
import type { LocalStack } from "../../stack/local-stack";
import type { Progress } from "../../system/progress";
import { expect, type Replan } from "../drill";
import { orderObject, orderOf, withBootstrap } from "../orders";
import { observed, type Noticed } from "./observe";
import { STORES } from "./stores";
import { refreshGroups, sequenceTo, update, type Update } from "./update";

/** A running stack, and how to plan what it becomes. */
export interface Scene {
  readonly rehearsal: Rehearsal;
  readonly services: readonly DataServiceName[];
  readonly replan: Replan;
  /** Alters every stack, as the running one was altered. */
  readonly alter: (stack: LocalStack) => LocalStack;
  /** Minutes until a gate gives up on a node that was lost: longer than a node that runs takes to answer. */
  readonly lostMinutes: number;
  readonly progress: Progress;
}

export type Scenario = (scene: Scene) => Promise<Noticed>;

/** Minutes until a gate gives up on a node that has to boot. */
const CHANGE_MINUTES = 10;
/** Milliseconds in which the former leader runs alone before the others are switched on. */
const ALONE_MS = 20_000;

/** No image of this name exists: a rehearsal boots its own. */
const OTHER_IMAGE = { aws: "image=ami-00000000000000001", gcp: "image=projects/debian-cloud/global/images/other" };

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "T2 to T3": (scene) => converges(scene, ["tier=t3"]),
  "T3 to T2": (scene) => converges(scene, []),
  "setting changed, leaders moved before": leadersMoved,
  "setting back": (scene) => converges(scene, []),
  "broken setting": brokenSetting,
  "node lost while it changes": nodeLost,
  "dedicated to packed": (scene) => converges(scene, ["placement=packed"]),
  "packed to dedicated": (scene) => converges(scene, []),
  "new boot image": (scene) => converges(scene, [OTHER_IMAGE[scene.rehearsal.stack.cloud]]),
  "all off and on, former leaders first": offAndOn,
};

export const SHORT = {
  "setting changed, leaders moved before": leadersMoved,
  "broken setting": brokenSetting,
  "node lost while it changes": nodeLost,
  "new boot image of one node": oneReplaced,
} as const satisfies Record<string, Scenario>;
export type ShortScenario = keyof typeof SHORT;

/** The update to the stack with other settings. */
async function updateTo({ rehearsal, replan, alter }: Scene, settings: readonly string[]): Promise<Update> {
  const plan = replan(settings);
  return { plan, to: alter(await rehearsal.planned(plan)), timeoutMinutes: CHANGE_MINUTES };
}

async function converges(scene: Scene, settings: readonly string[]): Promise<Noticed> {
  const { rehearsal, services, progress } = scene;
  const next = await updateTo(scene, settings);
  const noticed = await observed(rehearsal, services, async () => {
    await update(rehearsal, next, progress);
    return [];
  });
  await refreshGroups(rehearsal, next.to);
  return noticed;
}

/** The node that changes first leads its store, so that leadership has to move. */
async function leadersMoved(scene: Scene): Promise<Noticed> {
  const { rehearsal, services } = scene;
  for (const service of services) {
    await STORES[service].lead(rehearsal, membersOf(rehearsal, service).at(-1)!.host.name);
  }
  return converges(scene, restarting(scene));
}

/** Settings that restart the servers of Redis and TimescaleDB, not their machines: a little less memory. */
function restarting({ replan }: Scene): string[] {
  return [...lessMemoryForRedis(replan), `overrides.timescaledb.memGiB=${less(replan([]).spec.timescaledb.memGiB)}`];
}

function lessMemoryForRedis(replan: Replan): string[] {
  return [`overrides.redis.maxMemoryGiB=${less(replan([]).spec.redis.maxMemoryGiB)}`];
}

function less(gib: number): string {
  return (gib * 0.95).toFixed(2);
}

/** A setting that Redis refuses: the first node goes back to what it ran, and the others are not touched. */
async function brokenSetting(scene: Scene): Promise<Noticed> {
  const { rehearsal, services, progress } = scene;
  const before = rehearsal.stack;
  const back = await updateTo(scene, []);
  const nodes = membersOf(rehearsal, "redis").map(({ host }) => host.name);
  const to = nodes.reduce((stack, node) => withBootstrap(stack, node, breakRedis), back.to);
  const first = nodes.at(-1)!;
  return observed(rehearsal, services, async () => {
    const broken = { ...back, to };
    const problems = [...(await stops(scene, broken, first)), ...(await stops(scene, broken, first))];
    const touched = nodes.filter(
      (node) => orderOf(rehearsal.stack, node).bootstrap !== orderOf(before, node).bootstrap,
    );
    await STORES.redis.settle(rehearsal);
    await update(rehearsal, back, progress);
    return [...problems, ...expect(touched.join() === first, `the roll touched ${touched.join(" and ")}`)];
  });
}

function breakRedis(script: string): string {
  return script.replace(/^maxmemory-policy .*$/m, "maxmemory-policy none-of-these");
}

/** A Redis node ends while it changes, and does not come back: the roll stops, twice. With the old value it converges. */
async function nodeLost(scene: Scene): Promise<Noticed> {
  const { rehearsal, services, progress } = scene;
  const next = { ...(await updateTo(scene, lessMemoryForRedis(scene.replan))), timeoutMinutes: scene.lostMinutes };
  const back = await updateTo(scene, []);
  const lost = membersOf(rehearsal, "redis").at(-1)!.host.name;
  return observed(rehearsal, services, async () => {
    const touched = async (node: string): Promise<void> => {
      if (node === lost) {
        await rehearsal.machine(node).kill();
      }
    };
    const problems = [...(await stops(scene, { ...next, touched }, lost)), ...(await stops(scene, next, lost))];
    await update(rehearsal, { ...back, touched: (node) => powerOn(rehearsal.machine(node)) }, progress);
    return problems;
  });
}

async function powerOn(machine: Machine): Promise<void> {
  if (machine.status().state === "off") {
    await machine.start();
  }
}

/** Replaces the node that changes first by one with another image. */
async function oneReplaced(scene: Scene): Promise<Noticed> {
  const { rehearsal, services, progress } = scene;
  const { plan, to, timeoutMinutes } = await updateTo(scene, [OTHER_IMAGE[rehearsal.stack.cloud]]);
  const [first, ...others] = sequenceTo(rehearsal, to).changes.map(({ node }) => node);
  const only = others.reduce((stack, node) => withOrderOf(stack, rehearsal.stack, node), to);
  const before = rehearsal.stack.hosts.find(({ name }) => name === first)!.instance;
  return observed(rehearsal, services, async () => {
    await update(rehearsal, { plan, to: only, timeoutMinutes }, progress);
    const { instance } = rehearsal.stack.hosts.find(({ name }) => name === first)!;
    return expect(instance !== before, `${first} was not replaced`);
  });
}

/** A stack in which a node is to be what it is in another one. */
function withOrderOf(stack: LocalStack, other: LocalStack, node: string): LocalStack {
  const objects = stack.objects.filter((each) => each !== orderObject(stack, node));
  return { ...stack, objects: [...objects, orderObject(other, node)!] };
}

/** The violations if an update is not stopped because of a node. */
async function stops({ rehearsal, progress }: Scene, change: Update, node: string): Promise<string[]> {
  try {
    await update(rehearsal, change, progress);
  } catch (error) {
    if (!(error instanceof RollError)) {
      throw error;
    }
    progress(`stopped: ${error.message}`);
    return expect(error.message.includes(node), `the roll stopped for another reason than ${node}: ${error.message}`);
  }
  return [`the roll went on although ${node} did not serve`];
}

/**
 * Power cuts: the leaders first, so that others take over and accept writes, then the others. The former leaders, which lack
 * these writes, start first and alone.
 */
async function offAndOn(scene: Scene): Promise<Noticed> {
  const { rehearsal, services } = scene;
  const leaders = await Promise.all(services.map((service) => STORES[service].leader(rehearsal)));
  const former = new Set(leaders.flatMap((machine) => machine?.host.name ?? []));
  const data = rehearsal.machines.filter(({ host }) => services.some((service) => host.services.includes(service)));
  const first = data.filter(({ host }) => former.has(host.name));
  const others = data.filter(({ host }) => !former.has(host.name));
  return observed(
    rehearsal,
    services,
    async () => {
      await Promise.all(first.map((machine) => machine.kill()));
      await sleep(ALONE_MS);
      await Promise.all(others.map((machine) => machine.kill()));
      await Promise.all(first.map((machine) => machine.start()));
      await sleep(ALONE_MS);
      await Promise.all(others.map((machine) => machine.start()));
      for (const service of services) {
        await STORES[service].settle(rehearsal);
      }
      return [];
    },
    true,
  );
}

function membersOf({ machines }: Rehearsal, service: DataServiceName): Machine[] {
  return machines
    .filter(({ host }) => host.services.includes(service))
    .sort((a, b) => a.host.name.localeCompare(b.host.name));
}
