import type { Kind, Kinds } from "../kind";
import type { Properties } from "../wire";

const INSTANCE = "gcp:compute/instance:Instance";
const DISK = "gcp:compute/disk:Disk";
const ATTACHMENT = "gcp:compute/attachedDisk:AttachedDisk";

interface Instance {
  readonly zone: string;
  readonly machineType: string;
  readonly allowStoppingForUpdate?: boolean;
  readonly deletionProtection?: boolean;
  readonly networkInterfaces: readonly [{ readonly networkIp?: string }];
}

interface Attachment {
  readonly instance: string;
  readonly disk: string;
}

function typed<T>(inputs: Properties): T {
  return inputs as unknown as T;
}

/** Changes for which a machine must stop. Source: Google's provider, compute.Instance, `allowStoppingForUpdate`. */
const NEED_A_STOP = [
  ...["machineType", "minCpuPlatform", "serviceAccount", "shieldedInstanceConfig", "canIpForward", "networkInterfaces"],
  "scheduling",
] as const;

const instance: Kind = {
  replacedBy: ["name", "zone", "description", "hostname", "bootDisk.source", "bootDisk.initializeParams"],
  refusesCreate: ({ name, inputs }, { resources, exhausted }) => {
    const { networkInterfaces, machineType, zone } = typed<Instance>(inputs);
    const { networkIp } = networkInterfaces[0];
    const holder = resources
      .of<Instance>(INSTANCE)
      .find((other) => networkIp !== undefined && other.inputs.networkInterfaces[0].networkIp === networkIp);
    return holder === undefined
      ? capacity(name, zone, machineType, exhausted)
      : `IP_IN_USE_BY_ANOTHER_RESOURCE: IP '${networkIp}' is already being used by another resource '${holder.name}'.`;
  },
  refusesUpdate: ({ name, inputs }, after, { exhausted }) => {
    const { machineType, zone, allowStoppingForUpdate } = typed<Instance>(after);
    const stops = NEED_A_STOP.some((key) => JSON.stringify(inputs[key]) !== JSON.stringify(after[key]));
    if (stops && allowStoppingForUpdate !== true) {
      return `Changing the ${NEED_A_STOP.join(", ")} on a started instance requires stopping it. To acknowledge this, please set allow_stopping_for_update = true in your config.`;
    }
    return machineType === inputs.machineType ? undefined : capacity(name, zone, machineType, exhausted);
  },
  refusesDelete: ({ name, inputs }) =>
    typed<Instance>(inputs).deletionProtection === true
      ? `Error 400: Invalid value for field 'resource.deletionProtection': Resource cannot be deleted if it's protected against deletion (instance ${name})`
      : undefined,
};

function capacity(name: string, zone: string, type: string, exhausted: readonly string[]): string | undefined {
  return exhausted.includes(type)
    ? `ZONE_RESOURCE_POOL_EXHAUSTED: The zone '${zone}' does not have enough resources available to fulfill the request for '${name}' (${type}).`
    : undefined;
}

const disk: Kind = {
  replacedBy: ["name", "zone", "type", "image", "snapshot", "diskEncryptionKey"],
  replacedIf: (before, after) => (after.size as number) < (before.size as number),
  heldBy: { types: [ATTACHMENT], error: "resourceInUseByAnotherResource: The disk resource is already being used" },
};

const attachment: Kind = {
  replacedBy: ["disk", "instance", "deviceName", "zone", "project", "mode"],
  refusesCreate: ({ inputs }, { resources }) => {
    const { disk: wanted, instance: target } = typed<Attachment>(inputs);
    const find = (type: string, key: string): { name: string } | undefined =>
      resources.of(type).find(({ id }) => id === key);
    const holder = resources.of<Attachment>(ATTACHMENT).find((other) => other.inputs.disk === wanted)?.inputs.instance;
    if (find(INSTANCE, target) === undefined || find(DISK, wanted) === undefined) {
      return `Error 404: The resource '${find(DISK, wanted) === undefined ? wanted : target}' was not found, notFound`;
    }
    return (
      holder &&
      `RESOURCE_IN_USE_BY_ANOTHER_RESOURCE: The disk resource '${find(DISK, wanted)!.name}' is already being used by '${find(INSTANCE, holder)?.name ?? holder}'`
    );
  },
};

/** Compute Engine's instances and disks. */
export const GCP_MACHINES: Kinds = { [INSTANCE]: instance, [DISK]: disk, [ATTACHMENT]: attachment };
