import type { Share } from "../../policy/limits";
import type { StackView } from "../../policy/subject";
import type { MachineType } from "../../components/model/machine-types";
import type { Cloud } from "../../components/model/cloud";
import { viewOf } from "../../planning/policy/view";

/** Machines and data disks, and whose they are. */
export interface Stack {
  readonly cloud: Cloud;
  readonly machines: readonly { readonly share: Share; readonly type: MachineType }[];
  readonly disks: readonly { readonly share: Share; readonly sizeGiB: number }[];
}

/** A stack as policies see it. */
export function resourceOfStack({ cloud, machines, disks }: Stack): StackView {
  const labels = (share: Share): object =>
    cloud === "aws" ? { tags: { Service: share } } : { labels: { service: share } };
  const resource = (type: string, name: string, inputs: object): Parameters<typeof viewOf>[0][number] => ({
    urn: `urn:pulumi:test::ape-deploy::${type}::${name}`,
    type,
    name,
    parent: "",
    dependsOn: [],
    protect: true,
    retainOnDelete: true,
    references: {},
    inputs: { ...inputs },
  });
  return viewOf([
    ...machines.map(({ share, type }, index) =>
      resource(cloud === "aws" ? "aws:ec2/instance:Instance" : "gcp:compute/instance:Instance", `${share}-${index}`, {
        ...labels(share),
        [cloud === "aws" ? "instanceType" : "machineType"]: type.name,
      }),
    ),
    ...disks.map(({ share, sizeGiB }, index) =>
      resource(cloud === "aws" ? "aws:ebs/volume:Volume" : "gcp:compute/disk:Disk", `${share}-disk-${index}`, {
        ...labels(share),
        size: sizeGiB,
      }),
    ),
  ]);
}
