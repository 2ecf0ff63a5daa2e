import assert from "node:assert/strict";
import { bootstrapKey, orderKey, REQUEST_KEY, statusKey } from "../../../components/model/bootstrap-keys";
import { renderOrder } from "../../../components/node/roll/order";
import type { NodeStatus } from "../../../components/node/roll/status";
import type { Host, LocalDisk } from "../../../rehearsal/stack/local-stack";
import { DURATIONS_MS, UnbootedNode, type Fault } from "../../../rehearsal/providers/unbooted/node";

const DISK: LocalDisk = { name: "redis-1-data", sizeGiB: 10, path: "/dev/disk/by-id/x" };
const HOST: Host = {
  ...{ name: "node-1", instance: "i-1", services: ["redis"], zone: "a", subnet: "data-1", address: "10.0.0.4" },
  ...{ instanceType: "small", vcpu: 1, memGiB: 1, starts: true, userData: "#!", disks: [DISK] },
  ...{ ingress: [], egress: [], permissions: [] },
};
const SCRIPT = "mount_disk redis-1 /var/lib/redis\nawait_health redis-1 'redis-cli ping'\n";

describe("a node that is not booted", () => {
  let objects: Map<string, string>;
  let node: UnbootedNode;
  let now: number;

  beforeEach(() => {
    objects = new Map();
    now = 1_000_000;
    node = create(HOST);
    order("first");
  });

  function create(host: Host): UnbootedNode {
    const bucket = {
      get: (key: string) => objects.get(key),
      put: (key: string, content: string) => void objects.set(key, content),
      delete: (key: string) => void objects.delete(key),
    };
    return new UnbootedNode(host, bucket, now);
  }

  function order(bootstrap: string, machine = "small"): void {
    objects.set(bootstrapKey(bootstrap), SCRIPT);
    objects.set(orderKey("node-1"), renderOrder({ bootstrap, machine, instance: "x" }, "live"));
  }

  /** The node's status after it had time for a boot. */
  function status(fault?: Fault): NodeStatus {
    node.poll(now, fault, () => true);
    now += DURATIONS_MS.boot + 1;
    node.poll(now, fault, () => true);
    return JSON.parse(objects.get(statusKey("node-1"))!) as NodeStatus;
  }

  it("serves what was ordered, with the roles of its bootstrap", () => {
    const { phase, bootstrap, machine, roles } = status();
    assert.deepEqual([phase, bootstrap, machine], ["serving", "first", "small"]);
    assert.deepEqual(roles, {
      "redis-1": { service: "redis", healthy: true, inStep: true, leads: true, reports: "" },
    });
  });

  it("boots only once its disks are attached", () => {
    node = create({ ...HOST, disks: [] });
    assert.equal(status().phase, "booting");
    node.become(HOST, false, now);
    assert.equal(status().phase, "serving");
  });

  it("applies a new bootstrap, but not one for another machine before it is that machine", () => {
    status();
    order("second");
    assert.equal(status().bootstrap, "second");
    order("third", "large");
    const waiting = status();
    assert.deepEqual(
      [waiting.phase, waiting.bootstrap, waiting.ordered, waiting.reason],
      ["serving", "second", "third", "waits for machine large"],
    );
    node.become({ ...HOST, instanceType: "large" }, true, now);
    assert.deepEqual([status().phase, status().bootstrap], ["serving", "third"]);
  });

  it("hands over and leaves on request, and answers", () => {
    status();
    objects.set(REQUEST_KEY, JSON.stringify({ id: "1", handOver: ["redis-1"], leave: [], from: {} }));
    assert.deepEqual([status().phase, status().answered], ["draining", "1"]);
    assert.equal(node.canLead("redis-1"), false);
    assert.deepEqual(node.usesDisks, ["redis-1"]);
    const leave = { id: "2", handOver: [], leave: ["redis-1"], from: { "redis-1": "node-2" } };
    objects.set(REQUEST_KEY, JSON.stringify(leave));
    assert.deepEqual([status().answered, Object.keys(status().roles)], ["2", ["redis-1"]], "left another node");
    objects.set(REQUEST_KEY, JSON.stringify({ ...leave, id: "3", from: { "redis-1": "node-1" } }));
    assert.deepEqual([status().answered, status().roles], ["3", {}]);
    assert.deepEqual(node.usesDisks, []);
  });

  it("keeps the last good bootstrap if a new one fails, and does not try again", () => {
    status();
    order("second");
    const failed = status("fails");
    assert.deepEqual([failed.phase, failed.bootstrap, failed.ordered], ["failed", "first", "second"]);
    assert.equal(status().phase, "failed");
    order("first");
    assert.equal(status().phase, "serving");
  });

  it("says nothing while it is silent or off, and that it lags", () => {
    node.poll(now, "silent", () => true);
    assert.equal(objects.get(statusKey("node-1")), undefined);
    assert.equal(status("lags").roles["redis-1"]!.inStep, false);
    node.powerOff();
    objects.delete(statusKey("node-1"));
    node.poll(now, undefined, () => true);
    assert.equal(objects.get(statusKey("node-1")), undefined);
  });
});
