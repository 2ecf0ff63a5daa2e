import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ec2 from "@pulumi/aws/ec2";
import type { input } from "@pulumi/aws/types";
import * as pulumi from "@pulumi/pulumi";
import { dependencies } from "../options";
import { bootImage } from "../../model/naming";
import type { Group, GroupSpec, StackContext } from "../platform";
import type { EncryptionKey } from "./encryption";
import { identity } from "./identity";
import type { AwsNetwork } from "./network";
import { credits, METADATA, ROOT_DISK_GIB } from "./node";
import { tags } from "./tags";

/** Grace period of the health check for a new member, seconds: boot, packages, containers. */
const GRACE_SECONDS = 600;

/** A load balancer backend: the machines of an Auto Scaling group, whether the stack or EKS manages it. */
export interface AwsBackend extends Group {
  readonly autoscalingGroupName: pulumi.Output<string>;
}

/** An Auto Scaling group across the zones. Its members are identical and stateless. */
export class AwsGroup extends pulumi.ComponentResource implements AwsBackend {
  static readonly __pulumiType = "ape:platform:Group";
  readonly resource = this;
  readonly autoscalingGroupName: pulumi.Output<string>;

  constructor(
    context: StackContext,
    key: EncryptionKey,
    spec: GroupSpec,
    network: AwsNetwork,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(
      AwsGroup.__pulumiType,
      spec.name,
      { machine: spec.machine.name, minNodes: spec.minNodes, maxNodes: spec.maxNodes },
      opts,
    );
    const { profile, ready } = identity(context, key, spec, { parent: this });
    const memberTags = tags(context, spec.name, { service: spec.services.join("+") });
    const launchTags = { ...memberTags, ...tags(context, spec.name, { bootstrap: spec.bootstrap }) };
    const template = new ec2.LaunchTemplate(
      spec.name,
      {
        imageId: bootImage(context),
        instanceType: spec.machine.name,
        userData: Buffer.from(spec.userData).toString("base64"),
        iamInstanceProfile: { name: profile.name },
        ebsOptimized: "true",
        metadataOptions: METADATA,
        creditSpecification: credits(spec.machine),
        networkInterfaces: [
          {
            deviceIndex: 0,
            associatePublicIpAddress: "false",
            deleteOnTermination: "true",
            securityGroups: network.groupsOf(spec.services),
          },
        ],
        blockDeviceMappings: [rootDisk(ROOT_DISK_GIB)],
        tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags: launchTags })),
        updateDefaultVersion: true,
        tags: memberTags,
      },
      { parent: this },
    );
    const launch = { launchTemplateId: template.id, version: template.latestVersion.apply(String) };
    const group = new autoscaling.Group(
      spec.name,
      {
        minSize: spec.minNodes,
        maxSize: spec.maxNodes,
        vpcZoneIdentifiers: network.subnets.api.map((subnet) => subnet.id),
        ...(spec.spotPercent === 0
          ? { launchTemplate: { id: launch.launchTemplateId, version: launch.version } }
          : { mixedInstancesPolicy: mixed(spec, launch), capacityRebalance: true }),
        healthCheckType: "ELB",
        healthCheckGracePeriod: GRACE_SECONDS,
        instanceRefresh: { strategy: "Rolling", preferences: { minHealthyPercentage: 100, maxHealthyPercentage: 200 } },
        tags: Object.entries(memberTags).map(([name, value]) => ({ key: name, value, propagateAtLaunch: true })),
      },
      pulumi.mergeOptions({ parent: this }, { dependsOn: [...network.ready, ...ready, ...dependencies(opts)] }),
    );
    new autoscaling.Policy(
      spec.name,
      {
        autoscalingGroupName: group.name,
        policyType: "TargetTrackingScaling",
        targetTrackingConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
          targetValue: spec.targetCpuPercent,
        },
      },
      { parent: this },
    );
    this.autoscalingGroupName = group.name;
    this.registerOutputs({ machine: spec.machine.name, minNodes: spec.minNodes, maxNodes: spec.maxNodes });
  }
}

/** A member's disk, encrypted with the account's default EBS key: the service role of Auto Scaling may not use the stack's key. */
export function rootDisk(volumeSize: number): input.ec2.LaunchTemplateBlockDeviceMapping {
  return {
    deviceName: "/dev/xvda",
    ebs: { encrypted: "true", volumeType: "gp3", volumeSize, deleteOnTermination: "true" },
  };
}

/** The minimum is always on demand; only capacity above it may be spot. */
function mixed(
  spec: GroupSpec,
  launch: input.autoscaling.GroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification,
): input.autoscaling.GroupMixedInstancesPolicy {
  return {
    instancesDistribution: {
      onDemandBaseCapacity: spec.minNodes,
      onDemandPercentageAboveBaseCapacity: 100 - spec.spotPercent,
      spotAllocationStrategy: "price-capacity-optimized",
    },
    launchTemplate: { launchTemplateSpecification: launch },
  };
}
