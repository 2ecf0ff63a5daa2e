import assert from "node:assert/strict";
import type { GroupSpec } from "../../../../components/platform/platform";
import type { Recorded } from "../../../../planning/record";
import { deploy, GROUP, NETWORK, only } from "./stack";

describe("a scaling group on AWS", () => {
  const scalingGroup = (spec: Partial<GroupSpec>): Promise<Recorded[]> =>
    deploy((platform, opts) => {
      platform.foundation(opts);
      platform.scalingGroup({ ...GROUP, ...spec }, platform.network(NETWORK, opts), opts);
    });

  it("runs on demand, and has neither a public address nor the first metadata version", async () => {
    const resources = await scalingGroup({});
    const [template] = only(resources, "aws:ec2/launchTemplate:LaunchTemplate");
    assert.deepEqual(template!.inputs.metadataOptions, {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    });
    assert.equal(
      (template!.inputs.networkInterfaces as { associatePublicIpAddress: string }[])[0]!.associatePublicIpAddress,
      "false",
    );
    assert.equal(Buffer.from(template!.inputs.userData as string, "base64").toString(), GROUP.userData);
    const [group] = only(resources, "aws:autoscaling/group:Group");
    assert.deepEqual(
      [group!.inputs.minSize, group!.inputs.maxSize, group!.inputs.mixedInstancesPolicy],
      [2, 5, undefined],
    );
  });

  it("uses spot only above its minimum", async () => {
    const [group] = only(await scalingGroup({ spotPercent: 60 }), "aws:autoscaling/group:Group");
    const { instancesDistribution } = group!.inputs.mixedInstancesPolicy as { instancesDistribution: unknown };
    assert.deepEqual(instancesDistribution, {
      onDemandBaseCapacity: 2,
      onDemandPercentageAboveBaseCapacity: 40,
      spotAllocationStrategy: "price-capacity-optimized",
    });
    assert.equal(group!.inputs.launchTemplate, undefined);
  });
});
