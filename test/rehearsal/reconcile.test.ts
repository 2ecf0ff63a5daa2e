import assert from "node:assert/strict";
import { hostChanges } from "../../rehearsal/reconcile";
import type { Host, LocalDisk } from "../../rehearsal/stack/local-stack";
import { withHost, withObject, withoutHost } from "../../rehearsal/stack/changes";
import { localStack } from "../../rehearsal/stack/plan";
import { planFrom } from "../../planning/plan";

const DISK: LocalDisk = { name: "redis-1-data", sizeGiB: 10, path: "/dev/disk/by-id/redis" };

function host(name: string, changes: Partial<Host> = {}): Host {
  return {
    name,
    instance: `i-${name}`,
    services: ["redis"],
    zone: "a",
    subnet: "data-1",
    address: "10.0.0.1",
    instanceType: "small",
    vcpu: 1,
    memGiB: 1,
    starts: true,
    userData: "#!/bin/sh",
    disks: [],
    ingress: [],
    egress: [],
    permissions: [],
    ...changes,
  };
}

/** Names of the hosts or disks of each kind of change. */
function changesOf(from: readonly Host[], to: readonly Host[]): Record<string, string[]> {
  const { unplugged, plugged, ...hosts } = hostChanges(from, to);
  return {
    ...Object.fromEntries(Object.entries(hosts).map(([kind, list]) => [kind, list.map(({ name }) => name)])),
    unplugged: unplugged.map(({ before, disk }) => `${disk.name} of ${before.name}`),
    plugged: plugged.map(({ after, disk }) => `${disk.name} of ${after.name}`),
  };
}

const NONE = { removed: [], added: [], restarted: [], unplugged: [], plugged: [] };

describe("the machines of a changed stack", () => {
  const before = [host("a"), host("b", { disks: [DISK] })];

  it("stay as they are if nothing changes, or only firewalls and permissions", () => {
    assert.deepEqual(changesOf(before, before), NONE);
    const opened = host("a", { ingress: [{ peers: ["0.0.0.0/0"], ports: { from: 1, to: 2 } }] });
    assert.deepEqual(changesOf(before, [opened, before[1]!]), NONE);
  });

  it("are created and deleted", () => {
    assert.deepEqual(changesOf(before, [before[1]!, host("c")]), { ...NONE, removed: ["a"], added: ["c"] });
  });

  it("are replaced if they are other instances", () => {
    const to = [host("a", { instance: "i-2" }), before[1]!];
    assert.deepEqual(changesOf(before, to), { ...NONE, removed: ["a"], added: ["a"] });
  });

  for (const change of [{ instanceType: "large", memGiB: 4 }, { userData: "#!/bin/bash" }]) {
    it(`stop and start for another ${Object.keys(change)[0]}`, () => {
      assert.deepEqual(changesOf(before, [host("a", change), before[1]!]), { ...NONE, restarted: ["a"] });
    });
  }

  it("get and lose disks while they run", () => {
    const to = [host("a", { disks: [DISK] }), host("b")];
    assert.deepEqual(changesOf(before, to), {
      ...NONE,
      unplugged: ["redis-1-data of b"],
      plugged: ["redis-1-data of a"],
    });
  });

  it("get a disk with their start if they start anyway", () => {
    const to = [host("a", { disks: [DISK], instanceType: "large" }), host("b")];
    assert.deepEqual(changesOf(before, to), { ...NONE, unplugged: ["redis-1-data of b"], restarted: ["a"] });
  });

  it("of a scaling group are not changed, because the group replaces them", () => {
    const member = host("api-1", { group: "api" });
    assert.deepEqual(changesOf([member], [{ ...member, instance: "i-2", instanceType: "large" }]), NONE);
  });
});

describe("a changed stack", () => {
  it("differs in one host or one object", async () => {
    const stack = await localStack(planFrom("prod", []), "seed");
    const redis = stack.hosts.find(({ name }) => name === "redis-1")!;
    const bigger = withHost(stack, { ...redis, disks: redis.disks.map((disk) => ({ ...disk, sizeGiB: 99 })) });
    assert.equal(bigger.hosts.length, stack.hosts.length);
    assert.equal(bigger.volumes.length, stack.volumes.length);
    assert.equal(bigger.volumes.find(({ name }) => name === redis.disks[0]!.name)!.sizeGiB, 99);
    assert.equal(withoutHost(stack, "redis-1").hosts.length, stack.hosts.length - 1);
    const object = { ...stack.objects[0]!, content: "changed" };
    const changed = withObject(stack, object);
    assert.equal(changed.objects.length, stack.objects.length);
    assert.ok(changed.objects.includes(object));
  });
});
