import assert from "node:assert/strict";
import type { NodeChange } from "../../../planning/change/nodes";
import { rollOrder } from "../../../planning/change/roll";
import type { Side, SideResource } from "../../../planning/change/side";

function change(node: string, action: NodeChange["action"] = "stop and start"): NodeChange {
  return { node, action, zone: "a", roles: [node], services: [], from: "small", to: "large", moved: [], why: [] };
}

/** A side whose instances depend on each other as given. */
function side(nodes: Readonly<Record<string, readonly string[]>>): Side {
  const urn = (node: string): string => `urn:${node}`;
  const resources = Object.entries(nodes).map(([name, on]) => ({
    urn: urn(name),
    type: "aws:ec2/instance:Instance",
    name,
    custom: true,
    dependsOn: on.map(urn),
  }));
  return { resources: resources as unknown as readonly SideResource[] } as Side;
}

function names(changes: readonly NodeChange[], after: Side): string[] {
  return rollOrder(changes, after).map(({ node }) => node);
}

describe("the order of a roll", () => {
  it("is by falling number if the program leaves it open", () => {
    const after = side({ "redis-1": [], "redis-2": [], "redis-10": [] });
    assert.deepEqual(names([change("redis-1"), change("redis-2"), change("redis-10")], after), [
      "redis-10",
      "redis-2",
      "redis-1",
    ]);
  });

  it("is the order in which instances wait for each other, also through unchanged ones", () => {
    const after = side({ "redis-1": [], "redis-2": ["redis-1"], "redis-3": ["redis-2"] });
    assert.deepEqual(names([change("redis-3"), change("redis-1")], after), ["redis-1", "redis-3"]);
  });

  it("ends with deletions", () => {
    const after = side({ "node-1": [], "node-2": [] });
    const changes = [
      change("redis-1", "delete"),
      change("node-1", "create"),
      change("node-2", "create"),
      change("redis-2", "delete"),
    ];
    assert.deepEqual(names(changes, after), ["node-2", "node-1", "redis-2", "redis-1"]);
  });
});
