import assert from "node:assert/strict";
import { all, byName, CONTEXT, deploy, GROUP, one } from "./stack";

describe("Google Cloud", () => {
  describe("the scaling group", () => {
    for (const { spotPercent, expected } of [
      { spotPercent: 0, expected: [["api", [3, 9]]] },
      {
        spotPercent: 50,
        expected: [
          ["api", [3, 6]],
          ["api-spot", [1, 3]],
        ],
      },
      {
        spotPercent: 100,
        expected: [
          ["api", [3, 3]],
          ["api-spot", [1, 6]],
        ],
      },
    ]) {
      it(`has its minimum on demand with ${spotPercent} % spot, and never more than its maximum`, async () => {
        const resources = await deploy({ group: { spotPercent } });
        const scalers = byName(
          all(resources, "compute RegionAutoscaler"),
          (inputs): Scaling => inputs.autoscalingPolicy!,
        );
        assert.deepEqual(
          scalers.map(([name, { minReplicas, maxReplicas }]) => [name, [minReplicas, maxReplicas]]),
          expected,
        );
        scalers.forEach(([, { cpuUtilization }]) => assert.deepEqual(cpuUtilization, { target: 0.7 }));
        const backends = one(resources, "compute BackendService", "api").backends as { group: string }[];
        assert.deepEqual(
          backends.map(({ group }) => group.split("/").at(-1)),
          expected.map(([name]) => name),
        );
        assert.deepEqual(
          byName(all(resources, "compute InstanceTemplate"), ({ scheduling }) => scheduling),
          expected.map(([name]) => [
            name,
            name === "api"
              ? { provisioningModel: "STANDARD", automaticRestart: true, onHostMaintenance: "MIGRATE" }
              : {
                  provisioningModel: "SPOT",
                  preemptible: true,
                  automaticRestart: false,
                  onHostMaintenance: "TERMINATE",
                  instanceTerminationAction: "STOP",
                },
          ]),
        );
      });
    }

    for (const zones of [1, 2, 3]) {
      it(`replaces one member per zone at a time in ${zones} zones`, async () => {
        const inputs = one(await deploy({ network: { zones } }), "compute RegionInstanceGroupManager", "api");
        assert.deepEqual(inputs.distributionPolicyZones, CONTEXT.zones.slice(0, zones));
        assert.deepEqual(inputs.updatePolicy, {
          type: "PROACTIVE",
          minimalAction: "REPLACE",
          replacementMethod: "SUBSTITUTE",
          maxSurgeFixed: zones, // Google Cloud refuses less than one a zone
          maxUnavailableFixed: 0,
        });
        assert.deepEqual(inputs.autoHealingPolicies, { healthCheck: "api-healing-id", initialDelaySec: 600 });
        assert.deepEqual(inputs.namedPorts, [{ name: "https", port: 8443 }]);
      });
    }

    it("creates its members from this template", async () => {
      const template = one(await deploy(), "compute InstanceTemplate", "api");
      assert.deepEqual(template.networkInterfaces, [{ subnetwork: "api-id" }]);
      assert.deepEqual(template.tags, ["ape-prod-api"]);
      assert.deepEqual(template.serviceAccount, { email: "api@example.com", scopes: ["cloud-platform"] });
      assert.equal((template.metadata as Record<string, string>)["startup-script"], GROUP.userData);
      const [disk, ...others] = template.disks as Record<string, unknown>[];
      assert.deepEqual(others, []);
      assert.deepEqual(
        [disk!.boot, disk!.autoDelete, disk!.diskType, disk!.diskSizeGb],
        [true, true, "pd-balanced", 16],
      );
    });
  });
});

interface Scaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly cpuUtilization: { readonly target: number };
}
