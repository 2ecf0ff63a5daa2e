import * as compute from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import { bootImage } from "../../model/naming";
import { dependencies, protectedData, withoutHooks } from "../options";
import type { Disk, DiskSpec, Node, NodeSpec, StackContext } from "../platform";
import { identity, type Holdings } from "./identity";
import { labels, labelValue } from "./labels";
import type { GcpNetwork } from "./network";

/** Size of the boot disk, GiB: Debian, logs and packages. It is deleted with the node. */
export const ROOT_DISK_GIB = 16;
/** Disk type, the same at every tier: changing the type would replace the disk. */
export const DISK_TYPE = "pd-balanced";

/** A data disk. */
export class GcpDisk implements Disk {
  readonly resource: compute.Disk;
  readonly deviceName: string;
  readonly devicePath: pulumi.Output<string>;

  constructor(
    context: StackContext,
    private readonly spec: DiskSpec,
    private readonly opts: pulumi.CustomResourceOptions,
  ) {
    const name = `${spec.name}-data`;
    this.deviceName = name;
    this.resource = new compute.Disk(
      name,
      {
        zone: context.zones[spec.zone]!,
        type: DISK_TYPE,
        size: spec.sizeGiB,
        ...(context.kmsKey === "" ? {} : { diskEncryptionKey: { kmsKeySelfLink: context.kmsKey } }),
        labels: { ...labels(context, name), service: spec.service },
      },
      protectedData(context, opts),
    );
    this.devicePath = pulumi.output(`/dev/disk/by-id/google-${this.deviceName}`);
  }

  /** Google Cloud has no slots: devices have names. */
  attachTo(node: Node): compute.AttachedDisk {
    return new compute.AttachedDisk(
      this.spec.name,
      {
        instance: (node as GcpNode).instance.id,
        disk: this.resource.id,
        deviceName: this.deviceName,
        mode: "READ_WRITE",
      },
      {
        ...this.opts,
        deleteBeforeReplace: true, // a disk has one writer at a time
        deletedWith: (node as GcpNode).instance, // it mounts the disk until it ends, and then detaches it
      },
    );
  }
}

/** A machine with a fixed private address and a dedicated identity. */
export class GcpNode extends pulumi.ComponentResource implements Node {
  static readonly __pulumiType = "ape:platform:Node";
  readonly resource = this;
  readonly zone: string;
  readonly instance: compute.Instance;

  constructor(
    context: StackContext,
    holdings: Holdings,
    spec: NodeSpec,
    network: GcpNetwork,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(GcpNode.__pulumiType, spec.name, { zone: spec.zone, machine: spec.machine.name }, withoutHooks(opts));
    const within = { parent: this };
    const { email, ready } = identity(context, holdings, spec, within);
    const nodeLabels = { ...labels(context, spec.name), service: labelValue(spec.services.join("_")) };
    this.zone = context.zones[spec.zone]!;
    this.instance = new compute.Instance(
      spec.name,
      {
        zone: this.zone,
        machineType: spec.machine.name,
        allowStoppingForUpdate: true,
        canIpForward: false,
        deletionProtection: false, // nodes are replaceable; their data is on separate disks
        networkInterfaces: [{ subnetwork: network.data[spec.zone]!.id, networkIp: spec.address }],
        bootDisk: {
          autoDelete: true,
          initializeParams: { image: bootImage(context), size: ROOT_DISK_GIB, type: DISK_TYPE, labels: nodeLabels },
          ...(context.kmsKey === "" ? {} : { kmsKeySelfLink: context.kmsKey }),
        },
        serviceAccount: { email, scopes: ["cloud-platform"] },
        shieldedInstanceConfig: SHIELDED,
        metadata: metadata(spec.userData),
        scheduling: ON_DEMAND,
        tags: network.tagsOf(spec.services),
        labels: nodeLabels,
      },
      // Two instances can't hold its address at the same time.
      pulumi.mergeOptions(within, {
        deleteBeforeReplace: true,
        ignoreChanges: [
          // These labels can't change in place; a new tier or owner must not replace every node.
          "bootDisk.initializeParams.labels",
          // A refresh would read the attachments here, and the next update would detach them.
          "attachedDisks",
        ],
        dependsOn: [...network.ready, ...ready, ...dependencies(opts)],
        ...(opts.hooks === undefined ? {} : { hooks: opts.hooks }),
      }),
    );
    this.registerOutputs({ zone: spec.zone, machine: spec.machine.name, address: spec.address });
  }
}

/** Live migration for host maintenance, automatic restart after a host failure. */
export const ON_DEMAND = {
  provisioningModel: "STANDARD",
  automaticRestart: true,
  onHostMaintenance: "MIGRATE",
} as const;

/** Shielded VM: only signed code boots. */
export const SHIELDED = { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true } as const;

/** The boot script, which runs at every boot, and operator access through OS Login only. */
export function metadata(userData: string): Record<string, string> {
  return {
    "startup-script": userData,
    "enable-oslogin": "TRUE",
    "block-project-ssh-keys": "TRUE",
    "serial-port-enable": "FALSE",
  };
}
