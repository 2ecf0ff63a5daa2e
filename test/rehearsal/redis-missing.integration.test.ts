// Test group: light
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { bootstrapKey, orderKey } from "../../components/model/bootstrap-keys";
import { renderOrder, type NodeOrder } from "../../components/node/roll/order";
import { planStack } from "../../stacks/plan";
import { planFrom } from "../../planning/plan";
import type { Host, StoredObject } from "../../rehearsal/stack/local-stack";
import { Rehearsal } from "../../rehearsal/rehearsal";
import { canBoot } from "../support/rehearsal";
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
      (stack) => ({
        ...stack,
        hosts: stack.hosts.map((host) => MISSING[host.name]?.(host) ?? host),
        objects: withoutPackage(stack.objects, "redis-3"),
      }),
    );
    await Promise.all(rehearsal.machines.map((machine) => rehearsal.launch(machine)));
  });

  after(async () => {
    if (rehearsal !== undefined) {
      await assertNothingLeft(STACK); // although no node served
    }
  });

  for (const [name, reason] of [
    ["redis-1", /disk \/dev\/disk\/by-id\/\S+ of redis-1 did not appear within 180 s/],
    ["redis-2", /cannot read secret redis-server/],
    ["redis-3", /cannot install packages: .*redis-absent/],
  ] as const) {
    it(`${name} reports it on its console`, async () => {
      const status = await rehearsal.machine(name).waitForBoot(8 * MINUTE);
      assert.equal(status.state, "failed");
      assert.match(status.reason!, reason);
    });
  }
});

/** What a node lacks: its disk, its permission to read a secret. */
const MISSING: Readonly<Record<string, (host: Host) => Host>> = {
  "redis-1": (host) => ({ ...host, disks: [] }),
  "redis-2": (host) => ({ ...host, permissions: host.permissions.filter(({ on }) => !on.endsWith("redis-server")) }),
};

/** Makes a node's bootstrap install a package that does not exist. */
function withoutPackage(objects: readonly StoredObject[], node: string): StoredObject[] {
  const order = objects.find(({ key }) => key === orderKey(node))!;
  const wanted = JSON.parse(order.content) as NodeOrder;
  const bundle = objects.find(({ key }) => key === bootstrapKey(wanted.bootstrap))!;
  const content = bundle.content.replace(/^(install_packages .*)\bredis-sentinel\b/m, "$1redis-absent");
  const sha256 = createHash("sha256").update(content).digest("hex");
  return [
    ...objects.filter((object) => object !== order),
    { ...order, content: renderOrder({ ...wanted, bootstrap: sha256 }, "live") },
    { ...bundle, key: bootstrapKey(sha256), content },
  ];
}
