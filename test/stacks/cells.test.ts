import assert from "node:assert/strict";
import { CLOUDS } from "../../components/model/cloud";
import { DATA_SERVICES, type Role, type Service } from "../../components/model/role";
import { planStack, type StackPlan } from "../../stacks/plan";
import { containerMemGiB, TIERS } from "../../stacks/tiers";
import { plannedNodes } from "../../planning/plan";
import { CELLS, planCell } from "../support/cells";

describe("every tier, cloud and placement", () => {
  for (const cell of CELLS) {
    describe(cell.name, () => {
      const tier = TIERS[cell.tier];
      let plan: StackPlan;
      before(() => (plan = planCell(cell)));
      const of = (service: Service): Role[] =>
        plan.placed.map(({ role }) => role).filter((role) => role.service === service);

      it("has as many members as its availability requires", () => {
        const members = cell.highlyAvailable ? 3 : 1;
        DATA_SERVICES.forEach((service) => assert.equal(of(service).length, members, service));
        assert.equal(
          of("timescaledb").filter((role) => role.needs.memGiB >= tier.timescaledb.memGiB).length,
          Math.min(members, 2),
        );
      });

      it("sizes each service as its tier does", () => {
        assert.deepEqual(of("timescaledb")[0]!.needs, { vcpu: tier.timescaledb.cpus, memGiB: tier.timescaledb.memGiB });
        of("neo4j").forEach((role) => assert.ok(role.needs.memGiB >= tier.neo4j.heapGiB + tier.neo4j.pageCacheGiB));
        of("redis").forEach((role) => {
          const share = tier.redis.maxMemoryGiB / role.needs.memGiB;
          assert.ok(share <= 0.75, `maxmemory is ${share} of the role's memory`);
        });
        const nodes = plannedNodes(plan).filter((node) => node.services.includes("api"));
        const containers = (plan.apiGroup?.containersPerNode ?? tier.api.containers) * nodes.length;
        assert.ok(containers >= tier.api.containers);
        assert.ok(
          plan.apiGroup === undefined ||
            plan.apiGroup.role.needs.memGiB >= plan.apiGroup.containersPerNode * containerMemGiB(),
        );
      });

      it("fits every node's roles into 90 % of its memory", () => {
        plannedNodes(plan).forEach((node) => assert.ok(node.rolesMemGiB + 0.4 <= node.memGiB * 0.9 + 1e-9, node.name));
      });

      it("uses machines of the tier's families only", () => {
        plan.nodes.forEach(({ machine }) =>
          assert.ok(tier.families[cell.cloud].includes(machine.family), machine.name),
        );
      });

      it("never places two members of a service on one node or, when highly available, in one zone", () => {
        plan.nodes.forEach(({ name, roles: here }) => {
          const services = here.map(({ role }) => role.service);
          assert.equal(new Set(services).size, services.length, name);
        });
        if (cell.highlyAvailable) {
          DATA_SERVICES.forEach((service) =>
            assert.deepEqual(
              of(service).map((role) => role.zone),
              [0, 1, 2],
            ),
          );
          const zones = new Set(
            plannedNodes(plan)
              .filter((node) => node.services.includes("api"))
              .map((node) => node.zone),
          );
          assert.ok(zones.size >= 2, "the API is in one zone only");
        }
      });

      it("uses as many nodes as its placement requires", () => {
        const members = cell.highlyAvailable ? 3 : 1;
        assert.equal(plan.nodes.length, cell.placement === "dedicated" ? 3 * members : members);
        assert.equal(plan.apiGroup === undefined, cell.placement === "packed" && !cell.highlyAvailable);
      });

      it("opens no port to a missing service, and only the API's to the load balancer", () => {
        plan.flows.forEach((flow) => {
          assert.ok(plan.services.includes(flow.to));
          assert.ok(flow.from === "loadBalancer" ? flow.to === "api" : plan.services.includes(flow.from));
        });
      });

      it("is planned deterministically", () => {
        assert.equal(JSON.stringify(planStack(plan.spec)), JSON.stringify(plan));
      });
    });
  }
});

describe("a packed stack with a Redis Cluster and shards", () => {
  for (const cell of CELLS.filter(({ name }) => /^t4-(aws|gcp)-packed-ha$/.test(name))) {
    it(`has no two members of a service on one node (${cell.cloud})`, () => {
      const plan = planCell(cell, { redisMode: "cluster", timescaledbShards: 2 });
      assert.deepEqual(
        plan.nodes.map(({ name, zone, roles }) => [name, zone, ...roles.map(({ role }) => role.name)]),
        [
          ["node-1", 0, "timescaledb-1", "neo4j-1", "redis-1"],
          ["node-2", 1, "timescaledb-2", "neo4j-2", "redis-2"],
          ["node-3", 2, "timescaledb-3", "neo4j-3", "redis-3"],
          ["node-4", 0, "timescaledb-6", "redis-4"],
          ["node-5", 1, "timescaledb-4", "redis-5"],
          ["node-6", 2, "timescaledb-5", "redis-6"],
        ],
      );
    });
  }
});

describe("changing a stack", () => {
  const disks = (plan: ReturnType<typeof planCell>): unknown[] =>
    plan.placed.map(({ role }) => [role.name, role.zone, role.disk?.sizeGiB, role.disk?.mount]).sort();

  for (const cloud of CLOUDS) {
    for (const highlyAvailable of [true, false]) {
      it(`of tier or placement does not touch data disks (${cloud}, ${highlyAvailable ? "highly available" : "single"})`, () => {
        const plans = CELLS.filter((cell) => cell.cloud === cloud && cell.highlyAvailable === highlyAvailable).map(
          (cell) => disks(planCell(cell)).filter((disk) => (disk as unknown[])[2] !== undefined),
        );
        plans.forEach((plan) => assert.deepEqual(plan, plans[0]));
      });
    }
  }
});
