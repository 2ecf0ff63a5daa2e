import assert from "node:assert/strict";
import type { NodeStatus } from "../../components/node/roll/status";
import { planFrom } from "../../planning/plan";
import { planStack } from "../../stacks/plan";
import { giveOrder, statusOnce } from "../../rehearsal/drills/orders";
import type { Rehearsal } from "../../rehearsal/rehearsal";
import type { LocalStack } from "../../rehearsal/stack/local-stack";
import { withoutPackage } from "./broken-bundle";

const MINUTE = 60_000;
/** Milliseconds within which a node notices an order. */
const NOTICE_MS = 15_000;

/** Tests of running Redis nodes that get other orders. */
export function redisOrders(stack: string, settings: readonly string[], rehearsal: () => Rehearsal): void {
  const node = "redis-3";
  let next: LocalStack;

  before(async () => {
    const plan = planStack({ ...planFrom("prod", [...settings, "backupRetentionDays=40"]).spec, stack });
    next = await rehearsal().planned(plan);
  });

  /** Gives a node its order in a stack. Returns the bootstrap's hash. */
  const order = async (name: string, stack: LocalStack): Promise<string> =>
    (await giveOrder(rehearsal(), stack, name)).bootstrap;

  const status = (name: string, is: (status: NodeStatus) => boolean, within = MINUTE): Promise<NodeStatus> =>
    statusOnce(rehearsal(), name, is, within);

  /** CPU seconds of a node's agent and the programs that it ran. */
  const agentSeconds = async (name: string): Promise<number> => {
    const stat = 'cut -d" " -f14-17 "/proc/$(systemctl show ape-agent --property=MainPID --value)/stat"';
    const ticks = (await rehearsal().machine(name).run(["bash", "-c", stat])).split(" ").map(Number);
    return ticks.reduce((sum, each) => sum + each, 0) / 100;
  };

  it("notice an order within 15 s and apply it", async () => {
    for (const { host } of [...rehearsal().machines].reverse()) {
      const began = Date.now();
      const hash = await order(host.name, next);
      await status(host.name, ({ ordered }) => ordered === hash, NOTICE_MS);
      const noticed = Date.now();
      const served = await status(host.name, ({ phase, bootstrap }) => phase === "serving" && bootstrap === hash);
      assert.ok(served.roles[host.name]!.healthy && served.roles[host.name]!.inStep);
      const seconds = [noticed - began, Date.now() - noticed].map((ms) => (ms / 1000).toFixed(1));
      console.log(`      ${host.name} noticed after ${seconds[0]} s and served after another ${seconds[1]} s`);
    }
  });

  it("go back from an order that fails, and do not try it again", async () => {
    const { bootstrap: good } = await status(node, () => true);
    const broken = await order(node, withoutPackage(next, node));
    const failed = await status(node, ({ phase }) => phase === "failed", 2 * MINUTE);
    assert.deepEqual([failed.bootstrap, failed.ordered], [good, broken]);
    assert.match(failed.reason, /cannot install packages: .*redis-absent/);
    assert.ok(failed.roles[node]!.healthy);
    const before = await agentSeconds(node);
    await new Promise((resolve) => setTimeout(resolve, NOTICE_MS));
    const used = ((await agentSeconds(node)) - before) * ((60 * MINUTE) / NOTICE_MS);
    console.log(`      the idle agent uses ${used.toFixed(0)} s of a CPU in an hour`);
    const journal = ["journalctl", "--unit=ape-agent", "--output=cat", "--no-pager"];
    const tries = (await rehearsal().machine(node).run(journal)).split(`running ${broken}`).length - 1;
    assert.equal(tries, 1);
  });

  it("boot the last good bootstrap after a failed order, and take the next one", async () => {
    const machine = rehearsal().machine(node);
    const { bootId, bootstrap: good } = await status(node, () => true);
    await machine.shutDown();
    await machine.start();
    await machine.waitUntilServing();
    const rebooted = await status(node, (now) => now.bootId !== bootId && now.roles[node]!.healthy);
    assert.deepEqual([rebooted.phase, rebooted.bootstrap], ["failed", good]);
    await order(node, next);
    const { reason } = await status(node, ({ phase }) => phase === "serving");
    assert.equal(reason, "");
  });
}
