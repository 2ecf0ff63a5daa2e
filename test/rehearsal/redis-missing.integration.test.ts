// Test group: light
import assert from "node:assert/strict";
import { statusKey } from "../../components/model/bootstrap-keys";
import type { NodeStatus } from "../../components/node/roll/status";
import { planStack } from "../../stacks/plan";
import { planFrom } from "../../planning/plan";
import { withBootstrap } from "../../rehearsal/drills/orders";
import type { Host, LocalStack } from "../../rehearsal/stack/local-stack";
import { Rehearsal } from "../../rehearsal/rehearsal";
import { until } from "../../rehearsal/system/process";
import { canBoot } from "../support/rehearsal";
import { withoutPackage } from "./broken-bundle";
import { assertNothingLeft } from "./redis";

const STACK = "redis-missing";
const MINUTE = 60_000;

describe("Redis' nodes, booted with a missing dependency", function () {
  this.timeout(10 * MINUTE);
  let rehearsal: Rehearsal;

  before(async function () {
    canBoot(this, STACK);
    rehearsal = await Rehearsal.prepare(
      planStack({ ...planFrom("prod", []).spec, stack: STACK }),
      ["redis"],
      () => undefined,
      (stack) => {
        const hosts = stack.hosts.map((host) => impatient(MISSING[host.name]?.(host) ?? host));
        return withoutPackage(withoutPatience({ ...stack, hosts }, "redis-1"), "redis-3");
      },
    );
    await Promise.all(rehearsal.machines.map((machine) => rehearsal.launch(machine)));
  });

  after(async () => {
    if (rehearsal !== undefined) {
      await assertNothingLeft(STACK); // although no node served
    }
  });

  for (const [name, reason] of [
    ["redis-1", /disk \/dev\/disk\/by-id\/\S+ of redis-1 did not appear within 20 s/],
    ["redis-2", /cannot read secret redis-server/],
    ["redis-3", /cannot install packages: .*redis-absent/],
  ] as const) {
    it(`${name} reports it on its console`, async () => {
      const status = await rehearsal.machine(name).waitForBoot(8 * MINUTE);
      assert.equal(status.state, "failed");
      assert.match(status.reason!, reason);
    });

    it(`${name} reports it in its status`, async () => {
      let status: Partial<NodeStatus> = {};
      const reported = async (): Promise<boolean> => {
        const content = await rehearsal.storage.get(rehearsal.bucket("bootstrap"), statusKey(name));
        status = JSON.parse(content.toString()) as NodeStatus;
        return status.phase === "failed";
      };
      assert.ok(await until(reported, MINUTE), JSON.stringify(status));
      assert.match(status.reason!, reason);
      assert.equal(status.bootstrap, "");
    });
  }

  it("are tried again by their unit", async () => {
    const failures = async (): Promise<number> => {
      const journal = ["journalctl", "--unit=ape-boot", "--output=cat", "--no-pager"];
      return (await rehearsal.machine("redis-3").run(journal)).split("FAILED: cannot install").length - 1;
    };
    assert.ok(await until(async () => (await failures()) > 1, 2 * MINUTE));
  });
});

/** Gives up after seconds instead of the minutes that new permissions may take. */
function impatient(host: Host): Host {
  return { ...host, userData: host.userData.replaceAll("PATIENCE:-900", "PATIENCE:-20") };
}

/** What a node lacks: its disk, its permission to read a secret. */
const MISSING: Readonly<Record<string, (host: Host) => Host>> = {
  "redis-1": (host) => ({ ...host, disks: [] }),
  "redis-2": (host) => ({ ...host, permissions: host.permissions.filter(({ on }) => !on.endsWith("redis-server")) }),
};

/** Makes a node's bootstrap wait for its disk for 20 s instead of 180 s. */
function withoutPatience(stack: LocalStack, node: string): LocalStack {
  return withBootstrap(stack, node, (script) =>
    script.replace("seconds < 180;", "seconds < 20;").replace("within 180 s", "within 20 s"),
  );
}
