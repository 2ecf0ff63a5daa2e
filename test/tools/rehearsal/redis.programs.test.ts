import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { planStack, type StackPlan } from "../../../stacks/plan";
import type { Drill } from "../../../tools/drills/drill";
import { redisFailover } from "../../../tools/drills/redis/failover";
import { redisRestore } from "../../../tools/drills/redis/restore";
import { report } from "../../../tools/drills/report";
import { runDrill } from "../../../tools/drills/run";
import { planFrom } from "../../../tools/plan/plan";
import type { Host, StoredObject } from "../../../tools/rehearsal/local-stack";
import type { Machine } from "../../../tools/rehearsal/machine";
import { hostNamespace, namespaces } from "../../../tools/rehearsal/network";
import { answering } from "../../../tools/rehearsal/reach";
import { Rehearsal, rehearsed, takeDown } from "../../../tools/rehearsal/rehearsal";
import { attempt } from "../../../tools/rehearsal/shell";
import { canBoot } from "../../support/rehearsal";

const STACK = "prod";
const BROKEN = "broken";
const MINUTE = 60_000;
const CLOUDS = { aws: [], gcp: ["cloud=gcp", "account=acme-ape-prod"] };
/** Something listens there, and no role declares it. */
const UNDECLARED = 9999;
const PLAIN = { bold: (text: string) => text, dim: (text: string) => text };

/** What a second run of the bootstrap must leave as it is: every file with its time, and every service's process. */
const STANDING = `find /etc /usr/local /var/lib/ape -xdev -type f -printf '%p %T@ %m %u:%g\\n' | grep -v '^/etc/resolv.conf' | sort
systemctl show -p MainPID,NRestarts redis-server redis-sentinel`;

describe("Redis' nodes, booted on this machine", function () {
  this.timeout(15 * MINUTE);
  let broken: Rehearsal;

  // Nodes that lack something wait for it for minutes: they do so while the others are tried.
  before(async function () {
    canBoot(this, BROKEN);
    broken = await Rehearsal.prepare(
      planStack({ ...planFrom(STACK, []).spec, stack: BROKEN }),
      ["redis"],
      () => undefined,
      (stack) => ({
        ...stack,
        hosts: stack.hosts.map((host) => MISSING[host.name]?.(host) ?? host),
        objects: withoutPackage(stack.objects, "redis-3"),
      }),
    );
    await Promise.all(broken.machines.map((machine) => broken.launch(machine)));
  });

  after(async () => {
    if (broken !== undefined) {
      await leaveNothing(BROKEN); // though no node ever served
    }
  });

  for (const [cloud, settings] of Object.entries(CLOUDS)) {
    describe(cloud, () => {
      let plan: StackPlan;
      let rehearsal: Rehearsal;

      before(async function () {
        canBoot(this, STACK);
        plan = planFrom(STACK, settings);
        rehearsal = await Rehearsal.prepare(plan, ["redis"], () => undefined);
        await Promise.all(rehearsal.machines.map((machine) => rehearsal.launch(machine)));
        for (const machine of rehearsal.machines) {
          const condition = await machine.settled(10 * MINUTE);
          assert.equal(condition.state, "serving", `${machine.host.name}: ${condition.reason ?? "does not serve"}`);
          console.log(`      ${machine.host.name} served ${condition.bootSeconds!.toFixed(1)} s after power on`);
        }
      });

      after(async () => {
        if (rehearsal !== undefined) {
          await leaveNothing(STACK);
        }
      });

      it("are the nodes of the plan, at their planned addresses, held to their planned memory", async () => {
        const planned = plan.nodes.filter(({ roles }) => roles[0]!.role.service === "redis");
        assert.deepEqual(
          rehearsal.machines.map(({ host }) => [host.name, host.address, host.memGiB]).sort(),
          planned.map(({ name, address, machine }) => [name, address, machine.memGiB]).sort(),
        );
        for (const machine of rehearsal.machines) {
          const addresses = await machine.run(["ip", "-brief", "-4", "address", "show", "eth0"]);
          assert.match(addresses, new RegExp(` ${machine.host.address}/`));
          assert.equal(memoryLimit(machine.host), machine.host.memGiB * 2 ** 30);
        }
      });

      it("let in what their roles declare, and nothing else", async () => {
        const clients = [...new Set(rehearsal.machines.map(({ host }) => host.zone))].map((zone) =>
          rehearsal.clientHost(zone),
        );
        await Promise.all(clients.map((client) => rehearsal.attach(client)));
        const hosts = [...rehearsal.machines.map(({ host }) => host), ...clients];
        const listeners = hosts.map((host) => listen(host));
        try {
          await new Promise((resolve) => setTimeout(resolve, 1500));
          const ports = [...new Set([...plan.flows.map(({ port }) => port), 22, 53, 80, 443, UNDECLARED])];
          for (const from of hosts) {
            for (const to of rehearsal.machines.map(({ host }) => host).filter((host) => host !== from)) {
              const declared = plan.flows.filter(
                (flow) => from.services.includes(flow.from) && to.services.includes(flow.to),
              );
              assert.deepEqual(
                await answering(STACK, from, to, ports),
                [...new Set(declared.map(({ port }) => port))].sort((a, b) => a - b),
                `${from.name} to ${to.name}`,
              );
            }
          }
        } finally {
          listeners.forEach((listener) => listener.kill());
        }
      });

      it("change nothing when their bootstrap runs again", async () => {
        for (const machine of rehearsal.machines) {
          const standing = async (): Promise<string[]> => (await machine.run(["bash", "-c", STANDING])).split("\n");
          const before = await standing();
          await machine.run(["/usr/local/sbin/ape-node", "boot"]);
          const changed = (await standing()).filter((line) => !before.includes(line));
          assert.deepEqual(changed, [], machine.host.name);
        }
      });

      for (const drill of [redisRestore, redisFailover]) {
        it(`hold in the drill ${drill.name}: ${drill.description}`, () => holds(drill));
      }

      async function holds(drill: Drill): Promise<void> {
        const record = await runDrill(drill, rehearsal, () => undefined);
        console.log(report(record, PLAIN).replace(/^/gm, "      "));
        assert.deepEqual(
          record.scenarios.flatMap(({ scenario, violations }) => violations.map((each) => `${scenario}: ${each}`)),
          [],
        );
      }
    });
  }

  describe("with something missing", () => {
    for (const [name, reason] of [
      ["redis-1", /disk \/dev\/disk\/by-id\/\S+ of redis-1 did not appear within 180 s/],
      ["redis-2", /secret redis-server can't be read/],
      ["redis-3", /packages can't be installed: .*redis-absent/],
    ] as const) {
      it(`${name} says what on its console`, async () => {
        const condition = await machineOf(broken, name).settled(5 * MINUTE);
        assert.equal(condition.state, "failed");
        assert.match(condition.reason!, reason);
      });
    }
  });
});

/** Ends a rehearsal; whatever it made must be gone. */
async function leaveNothing(stack: string): Promise<void> {
  await takeDown(stack);
  assert.deepEqual(await namespaces(stack), []);
  assert.ok(!rehearsed().includes(stack));
  for (const command of [
    ["losetup", "--list"],
    ["findmnt", "--raw"],
    ["ps", "-eo", "args"],
  ]) {
    assert.doesNotMatch((await attempt(command)).stdout, new RegExp(`ape-rehearsal/${stack}/|machine=ape\\.${stack}`));
  }
}

/** What is taken from a node: its disk, its right to a secret. */
const MISSING: Readonly<Record<string, (host: Host) => Host>> = {
  "redis-1": (host) => ({ ...host, disks: [] }),
  "redis-2": (host) => ({ ...host, rights: host.rights.filter(({ on }) => !on.endsWith("redis-server")) }),
};

/** A node's bootstrap that asks for a package which Debian doesn't have. */
function withoutPackage(objects: readonly StoredObject[], node: string): StoredObject[] {
  const pointer = objects.find(({ key }) => key === `nodes/${node}`)!;
  const bundle = objects.find(({ key }) => key === `bootstrap/${pointer.content}.sh`)!;
  const content = bundle.content.replace(/^(install_packages .*)\bredis-sentinel\b/m, "$1redis-absent");
  const sha256 = createHash("sha256").update(content).digest("hex");
  return [
    ...objects.filter((object) => object !== pointer),
    { ...pointer, content: sha256 },
    { ...bundle, key: `bootstrap/${sha256}.sh`, content },
  ];
}

function machineOf(rehearsal: Rehearsal, name: string): Machine {
  return rehearsal.machines.find(({ host }) => host.name === name)!;
}

function memoryLimit(host: Host): number {
  const group = `ape-rehearsal/${STACK}.${host.name}`;
  for (const file of [`/sys/fs/cgroup/memory/${group}/memory.limit_in_bytes`, `/sys/fs/cgroup/${group}/memory.max`]) {
    try {
      return Number(readFileSync(file, "utf8"));
    } catch {
      continue; // the other version of the kernel's accounting
    }
  }
  throw new Error(`${host.name} has no memory limit`);
}

/** A server that any program on a node could be. */
function listen(host: Host): ChildProcess {
  const namespace = ["netns", "exec", hostNamespace(STACK, host.name)];
  return spawn("ip", [...namespace, "python3", "-m", "http.server", String(UNDECLARED)], { stdio: "ignore" });
}
