import type { Cloud } from "../../components/model/cloud";
import type { ApiChange } from "./api";
import type { NodeChange } from "./nodes";
import type { Side } from "./side";

/** A machine type that a change starts. */
export interface Offering {
  readonly machine: string;
  /** Names of the zones that must offer it. */
  readonly zones: readonly string[];
  /** Prints the zones that offer it. */
  readonly command: string;
}

const COMMANDS: Readonly<Record<Cloud, (machine: string, zones: readonly string[], region: string) => string>> = {
  aws: (machine, _zones, region) =>
    `aws ec2 describe-instance-type-offerings --location-type availability-zone --filters Name=instance-type,Values=${machine} --region ${region} --query "InstanceTypeOfferings[].Location"`,
  gcp: (machine, zones) =>
    `gcloud compute machine-types list --filter "name=${machine}" --zones ${zones.join(",")} --format "value(zone)"`,
};

/** The machine types that a change starts and the stack does not run yet in these zones. */
export function offerings(
  after: Side,
  changes: { readonly nodes: readonly NodeChange[]; readonly api: readonly ApiChange[] },
): Offering[] {
  const { spec, apiGroup } = after.plan;
  const needed = [
    ...changes.nodes.filter(({ from, to }) => to !== "" && to !== from).map(({ to, zone }) => [to, zone] as const),
    ...(apiGroup !== undefined && changes.api.some(({ from, to }) => from !== to)
      ? spec.zones.map((zone) => [apiGroup.machine.name, zone] as const)
      : []),
  ];
  return [...new Set(needed.map(([machine]) => machine))].sort().map((machine) => {
    const zones = [...new Set(needed.filter(([each]) => each === machine).map(([, zone]) => zone))].sort();
    return { machine, zones, command: COMMANDS[spec.cloud](machine, zones, spec.region) };
  });
}
