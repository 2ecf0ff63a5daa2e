import assert from "node:assert/strict";
import { NODE_PORT, planCluster } from "../../../../components/api/kubernetes/cluster";
import { lastServing } from "../../../../components/api/kubernetes/rollout";
import { CLOUDS } from "../../../../components/model/cloud";
import { API_CONTAINER, AUTOSCALING, largestMachineGiB, TIER_NAMES, TIERS } from "../../../../stacks/tiers";
import { CELLS, planCell } from "../../../support/cells";

const NEW_CLUSTER = { apiRuntime: "kubernetes", kubernetesCluster: "new" };
const ARGS = { maxPods: 10, requests: API_CONTAINER.requests, largestGiB: 32 };

describe("a new cluster", () => {
  it("has the same number of nodes in each zone, and at least two", () => {
    const families = { cloud: "aws", families: ["t3a", "m6a"] } as const;
    assert.equal(planCluster({ ...ARGS, zones: 1 }, families).nodes, 2);
    assert.equal(planCluster({ ...ARGS, zones: 2 }, families).nodes, 2);
    assert.equal(planCluster({ ...ARGS, zones: 3 }, families).nodes, 3);
  });

  it("has more nodes when the tier's largest machine is smaller", () => {
    const plan = planCluster({ ...ARGS, zones: 1, largestGiB: 8 }, { cloud: "aws", families: ["t3a"] });
    assert.deepEqual([plan.nodes, plan.machine.name], [4, "t3a.large"]);
  });

  it("uses the machine type of the config", () => {
    const plan = planCluster(
      { ...ARGS, zones: 3, instanceType: "m6a.2xlarge" },
      { cloud: "aws", families: ["t3a", "m6a"] },
    );
    assert.deepEqual([plan.nodes, plan.machine.name], [3, "m6a.2xlarge"]);
  });

  for (const tier of TIER_NAMES) {
    for (const cloud of CLOUDS) {
      it(`has room for every pod of ${tier} on ${cloud}, on machines of the tier, evenly over the zones`, () => {
        const cell = CELLS.find(
          (each) =>
            each.tier === tier &&
            each.cloud === cloud &&
            each.placement === "dedicated" &&
            each.highlyAvailable === TIERS[tier].highAvailability,
        )!;
        const { cluster, spec, flows } = planCell(cell, NEW_CLUSTER);
        const { machine, nodes } = cluster!;
        assert.equal(nodes % spec.zones.length, 0);
        assert.ok(machine.memGiB <= largestMachineGiB(TIERS[tier]));
        assert.ok(nodes * machine.vcpu > AUTOSCALING.maxContainers * API_CONTAINER.requests.cpus);
        assert.ok(nodes * machine.memGiB > AUTOSCALING.maxContainers * API_CONTAINER.requests.memGiB);
        assert.ok(flows.some(({ from, to, port }) => from === "loadBalancer" && to === "api" && port === NODE_PORT));
      });
    }
  }
});

describe("the revision that a rollback restores", () => {
  const deployment = {
    metadata: { uid: "d", annotations: { "deployment.kubernetes.io/revision": "4" } },
  };
  const set = (revision: number, readyReplicas: number, uid = "d"): Parameters<typeof lastServing>[1][number] => ({
    metadata: {
      name: `r${revision}`,
      annotations: { "deployment.kubernetes.io/revision": String(revision) },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "ape-api", uid }],
    },
    status: { replicas: 2, readyReplicas },
  });

  it("is the newest earlier one that has ready pods", () => {
    assert.equal(lastServing(deployment, [set(1, 2), set(2, 1), set(3, 0), set(4, 1)])?.metadata?.name, "r2");
  });

  it("is none when only the current one has ready pods, or another Deployment's", () => {
    assert.equal(lastServing(deployment, [set(3, 0), set(4, 2), set(2, 2, "another")]), undefined);
  });
});
