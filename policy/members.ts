import type { DataServiceName } from "../components/model/role";
import { AWS_ATTACHMENT, AWS_DISK, DISKS, GCP_ATTACHMENT, INSTANCES, shareOf } from "./machines";
import type { StackResource, StackView } from "./subject";

/** The members of a service: its data disks, including those on shared machines, and its machines without a data disk. */
export function membersOf(stack: StackView, service: DataServiceName): StackResource[] {
  const disks = stack.of(...DISKS).filter((disk) => shareOf(disk) === service);
  const hosts = new Set(disks.map((disk) => diskHost(stack, disk)));
  const machines = stack.of(...INSTANCES).filter((machine) => shareOf(machine) === service && !hosts.has(machine));
  return [...disks, ...machines];
}

/** The machine that a disk is attached to. */
export function diskHost(stack: StackView, disk: StackResource): StackResource | undefined {
  const [attachments, machine] =
    disk.type === AWS_DISK
      ? [stack.referring(AWS_ATTACHMENT, "volumeId", disk), "instanceId"]
      : [stack.referring(GCP_ATTACHMENT, "disk", disk), "instance"];
  return attachments.flatMap((attachment) => attachment.references(machine))[0];
}

/** The zone of a disk or machine: from its own properties, otherwise its subnet's. */
export function zoneOf({ values, references }: StackResource): string {
  const own = values.text("availabilityZone") ?? values.text("zone");
  const subnets = references("subnetId").map((subnet) => subnet.values.text("availabilityZone"));
  return own ?? subnets.find((zone) => zone !== undefined) ?? "no zone";
}
