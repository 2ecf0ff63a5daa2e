import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cpusNeeded,
  diskSlot,
  DoesNotFitError,
  memoryNeeded,
  place,
  type PlacementArgs,
} from "../../../components/node/placement";
import { DATA_SERVICES, type Role, type Service } from "../../../components/model/role";

const ARGS: PlacementArgs = {
  cloud: "aws",
  placement: "dedicated",
  families: ["t3a", "m6a"],
  networkCidr: "10.60.0.0/16",
};

function role(service: Service, member: number, memGiB = 1, vcpu = 1, instanceType?: string): Role {
  return {
    service,
    name: `${service}-${member}`,
    zone: (member - 1) % 3,
    needs: { vcpu, memGiB },
    ...(instanceType === undefined ? {} : { instanceType }),
    listens: [],
    secrets: [],
    grants: [],
    provision: () => ({ packages: [], files: [], units: [], health: "true" }),
  };
}

const trio = (service: Service, memGiB?: number): Role[] => [1, 2, 3].map((member) => role(service, member, memGiB));

describe("placement", () => {
  it("dedicated: one node per role, named after it, with an address in the service's block", () => {
    const nodes = place([...trio("timescaledb"), ...trio("redis")], ARGS);
    assert.deepEqual(
      nodes.map(({ name, zone, address, machine }) => [name, zone, address, machine.name]),
      [
        ["timescaledb-1", 0, "10.60.16.48", "t3a.small"],
        ["timescaledb-2", 1, "10.60.17.49", "t3a.small"],
        ["timescaledb-3", 2, "10.60.18.50", "t3a.small"],
        ["redis-1", 0, "10.60.16.112", "t3a.small"],
        ["redis-2", 1, "10.60.17.113", "t3a.small"],
        ["redis-3", 2, "10.60.18.114", "t3a.small"],
      ],
    );
  });

  it("gives a disk a position on its node that no role of another service moves", () => {
    const slots = (roles: readonly Role[], placement: PlacementArgs["placement"]): unknown[] =>
      place(roles, { ...ARGS, placement }).flatMap((node) =>
        node.roles.map((placed) => [node.name, placed.role.name, diskSlot(node, placed.role)]),
      );
    const alone = role("redis", 1);
    assert.deepEqual(slots([alone], "dedicated"), [["redis-1", "redis-1", 0]]);
    assert.deepEqual(slots([alone], "packed"), [["node-1", "redis-1", 2]]);
    assert.deepEqual(slots([role("timescaledb", 1), role("neo4j", 1), alone], "packed"), [
      ["node-1", "timescaledb-1", 0],
      ["node-1", "neo4j-1", 1],
      ["node-1", "redis-1", 2],
    ]);
  });

  it("packed: one node per zone, never two members of a service on the same node", () => {
    const nodes = place([...trio("timescaledb"), ...trio("redis")], { ...ARGS, placement: "packed" });
    assert.deepEqual(
      nodes.map((node) => [node.name, node.address, node.roles.map((placed) => placed.role.name)]),
      [
        ["node-1", "10.60.16.200", ["timescaledb-1", "redis-1"]],
        ["node-2", "10.60.17.201", ["timescaledb-2", "redis-2"]],
        ["node-3", "10.60.18.202", ["timescaledb-3", "redis-3"]],
      ],
    );
  });

  it("packed: a service with six members adds three nodes; the first three members stay on theirs", () => {
    const six = [1, 2, 3, 4, 5, 6].map((member) => role("redis", member));
    const nodes = place([...trio("timescaledb"), ...six], { ...ARGS, placement: "packed" });
    assert.deepEqual(
      nodes.map((node) => [node.name, node.zone, node.address, node.roles.map((placed) => placed.role.name)]),
      [
        ["node-1", 0, "10.60.16.200", ["timescaledb-1", "redis-1"]],
        ["node-2", 1, "10.60.17.201", ["timescaledb-2", "redis-2"]],
        ["node-3", 2, "10.60.18.202", ["timescaledb-3", "redis-3"]],
        ["node-4", 0, "10.60.16.203", ["redis-4"]],
        ["node-5", 1, "10.60.17.204", ["redis-5"]],
        ["node-6", 2, "10.60.18.205", ["redis-6"]],
      ],
    );
  });

  it("packed: rejects two members of a service on the same node", () => {
    const twins = [role("redis", 1), { ...role("redis", 2), zone: 0 }];
    assert.throws(
      () => place(twins, { ...ARGS, placement: "packed" }),
      /redis-1 and redis-2 belong to the same service/,
    );
  });

  it("leaves 10 % of the memory free in addition to the OS's share", () => {
    assert.equal(memoryNeeded([role("redis", 1, 3.2)]).toFixed(6), "4.000000");
    assert.equal(place([role("redis", 1, 3.2)], ARGS)[0]!.machine.name, "t3a.medium");
    assert.equal(place([role("redis", 1, 3.21)], ARGS)[0]!.machine.name, "t3a.large");
  });

  it("gives a single role all its CPUs; packed roles share", () => {
    assert.equal(cpusNeeded([role("redis", 1, 1, 4)]), 4);
    assert.equal(cpusNeeded([role("redis", 1, 1, 4), role("neo4j", 1, 1, 4)]), 2);
  });

  it("uses the configured instance type if it is large enough", () => {
    assert.equal(place([role("redis", 1, 1, 1, "m6a.large")], ARGS)[0]!.machine.name, "m6a.large");
    assert.throws(
      () => place([role("redis", 1, 8, 1, "m6a.large")], ARGS),
      (error: Error) => {
        assert.ok(error instanceof DoesNotFitError);
        assert.match(error.message, /redis-1 needs 9\.33 GiB .*m6a\.large has 8/);
        return true;
      },
    );
  });

  it("reports the requirement if no type meets it", () => {
    assert.throws(
      () => place([role("redis", 1, 4000)], ARGS),
      /redis-1 needs 1 vCPU and 4444\.89 GiB; no aws type of t3a, m6a is that large/,
    );
  });

  it("moves no role when another is added, and gives no two nodes the same name or address", () => {
    const services: Service[] = [...DATA_SERVICES];
    const members = fc.uniqueArray(fc.tuple(fc.constantFrom(...services), fc.integer({ min: 1, max: 6 })), {
      selector: ([service, member]) => `${service}-${member}`,
      minLength: 1,
    });
    fc.assert(
      fc.property(members, fc.constantFrom("dedicated" as const, "packed" as const), (list, placement) => {
        const addresses = (roles: [Service, number][]): Map<string, string> =>
          new Map(
            place(
              roles.map(([service, member]) => role(service, member)),
              { ...ARGS, placement },
            ).flatMap((node) => node.roles.map((placed) => [placed.role.name, node.address] as const)),
          );
        const before = addresses(list.slice(1).length > 0 ? list.slice(1) : list);
        const after = addresses(list);
        before.forEach((address, name) => assert.equal(after.get(name), address));
        const nodes = place(
          list.map(([service, member]) => role(service, member)),
          { ...ARGS, placement },
        );
        assert.equal(new Set(nodes.map((node) => node.address)).size, nodes.length);
        assert.equal(new Set(nodes.map((node) => node.name)).size, nodes.length);
      }),
    );
  });
});
