import type { Existing, Kind, Kinds, Situation } from "../kind";
import type { Properties } from "../wire";

const INSTANCE = "aws:ec2/instance:Instance";
const VOLUME = "aws:ebs/volume:Volume";
const ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment";

/** Hours between two modifications of a volume. Source: AWS, "Modify an Amazon EBS volume". */
const COOL_DOWN_HOURS = 6;

interface Instance {
  readonly instanceType: string;
  readonly privateIp?: string;
  readonly subnetId: string;
  readonly disableApiTermination?: boolean;
}

interface Attachment {
  readonly instanceId: string;
  readonly volumeId: string;
  readonly deviceName: string;
  readonly stopInstanceBeforeDetaching?: boolean;
}

interface Volume {
  readonly size: number;
  readonly availabilityZone: string;
}

function typed<T>(inputs: Properties): T {
  return inputs as unknown as T;
}

const instance: Kind = {
  replacedBy: [
    ...["ami", "availabilityZone", "subnetId", "privateIp", "associatePublicIpAddress", "keyName", "tenancy"],
    ...["rootBlockDevice.encrypted", "rootBlockDevice.kmsKeyId"],
  ],
  refusesCreate: ({ inputs }, { resources, exhausted }) => {
    const { privateIp, instanceType, subnetId } = typed<Instance>(inputs);
    if (!resources.of("aws:ec2/subnet:Subnet").some(({ id }) => id === subnetId)) {
      return `InvalidSubnetID.NotFound: The subnet ID '${subnetId}' does not exist`;
    }
    if (
      privateIp !== undefined &&
      resources.of<Instance>(INSTANCE).some((other) => other.inputs.privateIp === privateIp)
    ) {
      return `InvalidIPAddress.InUse: Address ${privateIp} is in use.`;
    }
    return capacity(instanceType, exhausted);
  },
  refusesUpdate: (before, after, { exhausted }) => {
    const { instanceType } = typed<Instance>(after);
    return instanceType === before.inputs.instanceType ? undefined : capacity(instanceType, exhausted);
  },
  refusesDelete: ({ id, inputs }) =>
    typed<Instance>(inputs).disableApiTermination === true
      ? `OperationNotPermitted: The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`
      : undefined,
};

function capacity(instanceType: string, exhausted: readonly string[]): string | undefined {
  return exhausted.includes(instanceType)
    ? `InsufficientInstanceCapacity: We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested.`
    : undefined;
}

/** Attachments to instances that exist: a terminated instance has released its volumes. */
function attachments({ resources }: Situation): Attachment[] {
  const instances = new Set(resources.of(INSTANCE).map(({ id }) => id));
  return resources
    .of<Attachment>(ATTACHMENT)
    .map(({ inputs }) => inputs)
    .filter(({ instanceId }) => instances.has(instanceId));
}

const volume: Kind = {
  replacedBy: ["availabilityZone", "encrypted", "kmsKeyId", "snapshotId"],
  refusesUpdate: ({ id, inputs, updatedAt }, after, { now }) => {
    const [from, to] = [typed<Volume>(inputs).size, typed<Volume>(after).size];
    if (to < from) {
      return `InvalidParameterValue: New size cannot be smaller than existing size (volume ${id}: ${from} GiB to ${to} GiB)`;
    }
    const hours = updatedAt === undefined ? Infinity : (now.getTime() - Date.parse(updatedAt)) / 3_600_000;
    return to !== from && hours < COOL_DOWN_HOURS
      ? `VolumeModificationRateExceeded: You've reached the maximum modification rate per volume limit. Wait at least ${COOL_DOWN_HOURS} hours between modifications per EBS volume.`
      : undefined;
  },
  refusesDelete: ({ id }, situation) => {
    const holder = attachments(situation).find(({ volumeId }) => volumeId === id);
    return holder && `VolumeInUse: Volume ${id} is currently attached to ${holder.instanceId}`;
  },
};

const attachment: Kind = {
  replacedBy: ["deviceName", "instanceId", "volumeId"],
  refusesCreate: ({ inputs }, situation) => {
    const { instanceId, volumeId, deviceName } = typed<Attachment>(inputs);
    const { resources } = situation;
    const machine = resources.of<Instance>(INSTANCE).find(({ id }) => id === instanceId);
    const disk = resources.of<Volume>(VOLUME).find(({ id }) => id === volumeId);
    if (machine === undefined) {
      return `InvalidInstanceID.NotFound: The instance ID '${instanceId}' does not exist`;
    }
    if (disk === undefined) {
      return `InvalidVolume.NotFound: The volume '${volumeId}' does not exist.`;
    }
    if (attachments(situation).some((other) => other.volumeId === volumeId)) {
      return `VolumeInUse: ${volumeId} is already attached to an instance`;
    }
    if (attachments(situation).some((other) => other.instanceId === instanceId && other.deviceName === deviceName)) {
      return `InvalidParameterValue: Invalid value '${deviceName}' for unixDevice. Attachment point ${deviceName} is already in use`;
    }
    const zone = resources.one<{ availabilityZone: string }>(
      "aws:ec2/subnet:Subnet",
      ({ id }) => id === machine.inputs.subnetId,
    ).inputs.availabilityZone;
    return zone === disk.inputs.availabilityZone
      ? undefined
      : `InvalidVolume.ZoneMismatch: The volume '${volumeId}' is not in the same availability zone as instance '${instanceId}'`;
  },
  powersOff: ({ inputs }: Existing, { resources }) => {
    const { instanceId, stopInstanceBeforeDetaching } = typed<Attachment>(inputs);
    return stopInstanceBeforeDetaching === true
      ? resources.of(INSTANCE).find(({ id }) => id === instanceId)?.name
      : undefined;
  },
};

/** EC2's instances and EBS' volumes. */
export const AWS_MACHINES: Kinds = { [INSTANCE]: instance, [VOLUME]: volume, [ATTACHMENT]: attachment };
