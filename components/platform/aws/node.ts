import * as ebs from "@pulumi/aws/ebs";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { MachineType } from "../../model/machine-types";
import { bootImage } from "../../model/naming";
import type { Disk, DiskSpec, Node, NodeSpec, StackContext } from "../platform";
import { dependencies, protectedData, withoutHooks } from "../options";
import type { EncryptionKey } from "./encryption";
import { identity } from "./identity";
import type { AwsNetwork } from "./network";
import { tags } from "./tags";

/** Size of the boot disk, GiB: Debian, logs and packages. It is deleted with the node. */
export const ROOT_DISK_GIB = 16;
/** First letter of the device names; the kernel names the disks differently. */
const FIRST_DEVICE = "f".charCodeAt(0);

/** A data disk: an EBS volume. */
export class AwsDisk implements Disk {
  readonly resource: ebs.Volume;
  readonly devicePath: pulumi.Output<string>;

  constructor(
    context: StackContext,
    key: EncryptionKey,
    private readonly spec: DiskSpec,
    private readonly opts: pulumi.CustomResourceOptions,
  ) {
    const name = `${spec.name}-data`;
    this.resource = new ebs.Volume(
      name,
      {
        availabilityZone: context.zones[spec.zone]!,
        size: spec.sizeGiB,
        type: "gp3",
        encrypted: true,
        kmsKeyId: key.arn,
        tags: tags(context, name, { service: spec.service }),
      },
      protectedData(context, opts),
    );
    this.devicePath = this.resource.id.apply(
      (id) => `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${id.replace("-", "")}`,
    );
  }

  attachTo(node: Node, slot: number): ec2.VolumeAttachment {
    const { parent: owner } = this.opts;
    return new ec2.VolumeAttachment(
      this.spec.name,
      {
        instanceId: (node as AwsNode).instance.id,
        volumeId: this.resource.id,
        deviceName: `/dev/sd${String.fromCharCode(FIRST_DEVICE + slot)}`,
      },
      {
        ...this.opts,
        deleteBeforeReplace: true, // a volume has one attachment at a time
        deletedWith: (node as AwsNode).instance, // it mounts the volume until it ends, and then detaches it
        aliases: owner === undefined ? [] : formerParents(owner, node.resource).map((parent) => ({ parent })),
      },
    );
  }
}

/**
 * Where a disk's attachment was when it was a child of its node. The node's parent was the disk's owner, or the owner's
 * parent if services shared nodes.
 */
function formerParents(owner: pulumi.Resource, node: pulumi.Resource): pulumi.Output<pulumi.URN>[] {
  return [0, 1].map((up) =>
    pulumi.all([owner.urn, node.urn]).apply(([ownerUrn, nodeUrn]) => {
      const [stack, project, ownerTypes] = ownerUrn.split("::");
      const parents = ownerTypes!.split("$");
      const types = [...parents.slice(0, parents.length - up), ...nodeUrn.split("::")[2]!.split("$").slice(-2)];
      return [stack, project, types.join("$"), "node"].join("::");
    }),
  );
}

/** A machine with a fixed private address and a dedicated identity. */
export class AwsNode extends pulumi.ComponentResource implements Node {
  static readonly __pulumiType = "ape:platform:Node";
  readonly resource = this;
  readonly name: string;
  readonly instance: ec2.Instance;

  constructor(
    context: StackContext,
    key: EncryptionKey,
    spec: NodeSpec,
    network: AwsNetwork,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(AwsNode.__pulumiType, spec.name, { zone: spec.zone, machine: spec.machine.name }, withoutHooks(opts));
    this.name = spec.name;
    const within = { parent: this };
    const { profile, ready } = identity(context, key, spec, within);
    const nodeTags = tags(context, spec.name, { service: spec.services.join("+") });
    this.instance = new ec2.Instance(
      spec.name,
      {
        ami: bootImage(context),
        instanceType: spec.machine.name,
        subnetId: network.subnets.data[spec.zone]!.id,
        privateIp: spec.address,
        associatePublicIpAddress: false,
        vpcSecurityGroupIds: network.groupsOf(spec.services),
        iamInstanceProfile: profile.name,
        userData: spec.userData,
        ebsOptimized: true,
        metadataOptions: METADATA,
        creditSpecification: credits(spec.machine),
        rootBlockDevice: {
          encrypted: true,
          volumeType: "gp3",
          volumeSize: ROOT_DISK_GIB,
          deleteOnTermination: true,
          tags: nodeTags,
        },
        tags: nodeTags,
      },
      // Two instances can't hold its address at the same time.
      pulumi.mergeOptions(within, {
        deleteBeforeReplace: true,
        dependsOn: [...network.ready, ...ready, ...dependencies(opts)],
        ...(opts.hooks === undefined ? {} : { hooks: opts.hooks }),
      }),
    );
    this.registerOutputs({ zone: spec.zone, machine: spec.machine.name, address: spec.address });
  }
}

/** IMDSv2 only, and unreachable from containers with their own network namespace. */
export const METADATA = { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 } as const;

/** Burstable types throttle instead of billing surplus credits; other types reject the setting. */
export function credits(machine: MachineType): { cpuCredits: string } | undefined {
  return machine.family.startsWith("t") ? { cpuCredits: "standard" } : undefined;
}
