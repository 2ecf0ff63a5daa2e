import { machineFor, type PlacementArgs } from "../../node/placement";
import type { Role } from "../../model/role";
import type { MachineType } from "../../model/machine-types";
import type { Cloud } from "../../model/cloud";
import type { ContainerResources } from "../args";
import { SIDECAR_REQUESTS } from "./sidecars";

/** The node port of the API, within Kubernetes' range for services (30000 to 32767). */
export const NODE_PORT = 30_443;

/** Pods that a release starts before it stops others. */
const SURGE = 1;
/**
 * What a node reserves for itself and for the cluster's agents. Memory: 1.8 GiB of a node of 8 GiB, the larger reservation of
 * the two clouds, and 0.5 GiB for network, DNS and metrics. CPUs: 0.07 of two, plus the agents' requests. AWS: 0.15 on each
 * node and a share of DNS. Google Cloud: about 0.4 on each node and one DNS pod of 0.26.
 * (https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes, https://github.com/cryptnono/cryptnono/issues/34)
 */
const NODE_OVERHEAD: Readonly<Record<Cloud, ContainerResources>> = {
  aws: { memGiB: 2.3, cpus: 0.35 },
  gcp: { memGiB: 2.3, cpus: 0.75 },
};
/** Least number of nodes, also in a single zone: an upgrade drains one of them. */
const MIN_NODES = 2;

/** A new cluster, planned. */
export interface ClusterPlan {
  readonly role: Role;
  readonly machine: MachineType;
  readonly nodes: number;
}

export interface ClusterArgs {
  /** Upper bound of the autoscaler. */
  readonly maxPods: number;
  /** What the API's container in each pod requests. */
  readonly requests: ContainerResources;
  readonly zones: number;
  /** Memory in GiB of the tier's largest machine. */
  readonly largestGiB: number;
  readonly instanceType?: string;
}

/**
 * Plans the fewest nodes of the tier's machine sizes that have room for all pods of the autoscaler, with the same number in
 * each zone. A new pod therefore starts at once and never waits for a machine.
 */
export function planCluster(args: ClusterArgs, placement: Pick<PlacementArgs, "cloud" | "families">): ClusterPlan {
  const { maxPods, zones, largestGiB } = args;
  for (let nodes = Math.ceil(MIN_NODES / zones) * zones; ; nodes += zones) {
    const pods = Math.ceil((maxPods + SURGE) / nodes);
    const role = nodeRole(pods, args, NODE_OVERHEAD[placement.cloud]);
    const machine = machineFor("api", [role], placement);
    if (machine.memGiB <= largestGiB || pods === 1 || args.instanceType !== undefined) {
      return { role, machine, nodes };
    }
  }
}

/** A node with room for a number of pods. */
function nodeRole(pods: number, { requests, instanceType }: ClusterArgs, overhead: ContainerResources): Role {
  const pod = [requests, ...Object.values(SIDECAR_REQUESTS)];
  return {
    service: "api",
    name: "api",
    zone: 0,
    needs: {
      vcpu: pods * sum(pod.map(({ cpus }) => cpus)) + overhead.cpus,
      memGiB: pods * sum(pod.map(({ memGiB }) => memGiB)) + overhead.memGiB,
    },
    ...(instanceType === undefined ? {} : { instanceType }),
    listens: [{ port: NODE_PORT, from: ["loadBalancer"], protocol: "API over TLS" }],
    secrets: [],
    grants: [],
    provision: () => {
      throw new Error("nodes of a cluster boot the image of the cloud");
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
