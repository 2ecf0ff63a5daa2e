import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { planStack, type StackPlan } from "../../stacks/plan";
import { pollingOften } from "../../rehearsal/drills/orders";
import { shortChange } from "../../rehearsal/drills/change/change";
import type { ShortScenario } from "../../rehearsal/drills/change/scenarios";
import { redisFailover } from "../../rehearsal/drills/redis/failover";
import { redisRestore } from "../../rehearsal/drills/redis/restore";
import { planFrom } from "../../planning/plan";
import type { Host } from "../../rehearsal/stack/local-stack";
import { ADDRESSES, hostNamespace, namespaces } from "../../rehearsal/network/network";
import { openPorts } from "../../rehearsal/network/reachable-ports";
import type { Rehearsal } from "../../rehearsal/rehearsal";
import { runningStacks, takeDown } from "../../rehearsal/running";
import { attempt, run, until } from "../../rehearsal/system/process";
import { command } from "../support/command";
import { boot, canBoot, assertDrillPasses } from "../support/rehearsal";

const MINUTE = 60_000;
/** A port with a listener that no role declares. */
const UNDECLARED = 9999;

/** State that a second run of the bootstrap must not change: files with their times, and the services' processes. */
const STANDING = `find /etc /usr/local /var/lib/ape -xdev -type f -printf '%p %T@ %m %u:%g\\n' | grep -v '^/etc/resolv.conf' | sort
systemctl show -p MainPID,NRestarts redis-server redis-sentinel`;

/** What else is tested on the booted nodes. */
interface RedisTests {
  /** Changes that they go through; they take the longest. Their nodes look for orders more often. */
  readonly changes?: readonly ShortScenario[];
  readonly more?: (rehearsal: () => Rehearsal) => void;
}

/** Tests of prod's Redis nodes, booted as a stack of this name. */
export function redisNodes(
  stack: string,
  settings: readonly string[],
  { changes = [], more = () => undefined }: RedisTests,
): void {
  describe(`Redis' nodes, booted on this machine: ${stack}`, function () {
    this.timeout(15 * MINUTE);
    let plan: StackPlan;
    let rehearsal: Rehearsal;

    before(async function () {
      canBoot(this, stack);
      plan = planStack({ ...planFrom("prod", settings).spec, stack });
      rehearsal = await boot(plan, ["redis"], {
        meanwhile: obstruct,
        ...(changes.length === 0 ? {} : { alter: pollingOften }),
      });
    });

    after(async () => {
      if (rehearsal !== undefined) {
        await assertNothingLeft(stack);
      }
    });

    it("boot although the cloud or the archive refuses one of them at first", async () => {
      for (const name of Object.keys(REFUSING)) {
        const journal = ["journalctl", "--unit=ape-boot", "--unit=ape-access", "--output=cat", "--no-pager"];
        assert.match(await rehearsal.machine(name).run(journal), RETRY, name);
      }
    });

    it("keep the names of their peers over a reboot", async () => {
      const machine = rehearsal.machine("redis-2");
      const hosts = await machine.run(["cat", "/etc/hosts"]);
      assert.match(hosts, /^\S+ redis-1\.ape\.internal redis-1$/m);
      await machine.shutDown();
      await machine.start();
      await machine.waitUntilServing();
      assert.equal(await machine.run(["cat", "/etc/hosts"]), hosts);
    });

    it("have the planned names, addresses and memory limits", async () => {
      const planned = plan.nodes.filter(({ roles }) => roles[0]!.role.service === "redis");
      assert.deepEqual(
        rehearsal.machines.map(({ host }) => [host.name, host.address, host.memGiB]).sort(),
        planned.map(({ name, address, machine }) => [name, address, machine.memGiB]).sort(),
      );
      for (const machine of rehearsal.machines) {
        const addresses = await machine.run(["ip", "-brief", "-4", "address", "show", "eth0"]);
        assert.match(addresses, new RegExp(` ${machine.host.address}/`));
        assert.equal(memoryLimit(stack, machine.host), machine.host.memGiB * 2 ** 30);
      }
    });

    it("accept connections on the ports that their roles declare, and on no others", async () => {
      const clients = [...new Set(rehearsal.machines.map(({ host }) => host.zone))].map((zone) =>
        rehearsal.clientHost(zone),
      );
      await Promise.all(clients.map((client) => rehearsal.attach(client)));
      const hosts = [...rehearsal.machines.map(({ host }) => host), ...clients];
      const listeners = hosts.map((host) => listen(stack, host));
      try {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        const ports = [...new Set([...plan.flows.map(({ port }) => port), 22, 53, 80, 443, UNDECLARED])];
        for (const from of hosts) {
          for (const to of rehearsal.machines.map(({ host }) => host).filter((host) => host !== from)) {
            const declared = plan.flows.filter(
              (flow) => from.services.includes(flow.from) && to.services.includes(flow.to),
            );
            assert.deepEqual(
              await openPorts(stack, from, to, ports),
              [...new Set(declared.map(({ port }) => port))].sort((a, b) => a - b),
              `${from.name} to ${to.name}`,
            );
          }
        }
      } finally {
        listeners.forEach((listener) => listener.kill());
      }
    });

    it("are not changed by a second run of the bootstrap", async () => {
      for (const machine of rehearsal.machines) {
        const standing = async (): Promise<string[]> => (await machine.run(["bash", "-c", STANDING])).split("\n");
        const before = await standing();
        await machine.run(["/usr/local/sbin/ape-node", "boot"]);
        const changed = (await standing()).filter((line) => !before.includes(line));
        assert.deepEqual(changed, [], machine.host.name);
      }
    });

    it("run a command with options in their shell and return its exit code", () => {
      const failed = command("rehearse", ["shell", "--stack", stack, "redis-1", "systemctl", "--failed"]);
      assert.match(failed.out, /^0 loaded units listed/m);
      assert.equal(failed.status, 0);
      assert.equal(command("rehearse", ["shell", "--stack", stack, "redis-1", "sh", "-c", "exit 7"]).status, 7);
    });

    const drills = [redisRestore, redisFailover, ...(changes.length === 0 ? [] : [shortChange(changes)])];
    for (const drill of drills) {
      it(`pass the drill ${drill.name}: ${drill.description}`, () => assertDrillPasses(drill, rehearsal, settings));
    }

    more(() => rehearsal);
  });
}

/** What a node prints when it tries again. */
const RETRY = /failed, again in \d+ s/;
/** What refuses a node's connections during its first boot, until it tries again. */
const REFUSING: Readonly<Record<string, string>> = { "redis-1": ADDRESSES.cloud, "redis-3": ADDRESSES.internet };
const REFUSAL_MS = 90_000;

async function obstruct({ stack: { stack }, machines }: Rehearsal): Promise<void> {
  const nft = (name: string, rules: string): Promise<string> =>
    run(["ip", "netns", "exec", hostNamespace(stack, name), "nft", "-f", "-"], { input: rules });
  for (const [name, address] of Object.entries(REFUSING)) {
    const rule = `type filter hook output priority -1; ip daddr ${address} reject`;
    await nft(name, `table inet refusal {\n chain output {\n ${rule}\n }\n}\n`);
  }
  const refused = machines.filter(({ host }) => host.name in REFUSING);
  await until(
    () => Promise.resolve(refused.every(({ console }) => RETRY.test(readFileSync(console, "utf8")))),
    REFUSAL_MS,
  );
  for (const name of Object.keys(REFUSING)) {
    await nft(name, "delete table inet refusal\n");
  }
}

/** Ends a rehearsal and asserts that nothing remains of it. */
export async function assertNothingLeft(stack: string): Promise<void> {
  await takeDown(stack);
  assert.deepEqual(await namespaces(stack), []);
  assert.ok(!runningStacks().includes(stack));
  for (const listing of [
    ["losetup", "--list"],
    ["findmnt", "--raw"],
    ["ps", "-eo", "args"],
  ]) {
    assert.doesNotMatch((await attempt(listing)).stdout, new RegExp(`ape-rehearsal/${stack}/|machine=ape\\.${stack}`));
  }
}

function memoryLimit(stack: string, host: Host): number {
  const group = `ape-rehearsal/${stack}.${host.name}`;
  for (const file of [`/sys/fs/cgroup/memory/${group}/memory.limit_in_bytes`, `/sys/fs/cgroup/${group}/memory.max`]) {
    try {
      return Number(readFileSync(file, "utf8"));
    } catch {
      continue; // the other cgroup version
    }
  }
  throw new Error(`${host.name} has no memory limit`);
}

/** Starts an undeclared server on a node. */
function listen(stack: string, host: Host): ChildProcess {
  const namespace = ["netns", "exec", hostNamespace(stack, host.name)];
  return spawn("ip", [...namespace, "python3", "-m", "http.server", String(UNDECLARED)], { stdio: "ignore" });
}
