import { machineFor, type PlacementArgs } from "../../node/placement";
import type { Role } from "../../model/role";
import type { MachineType } from "../../model/machine-types";
import type { Cloud } from "../../model/cloud";
import type { ContainerResources } from "./args";

/** The port of every node that leads to the API, of those that Kubernetes gives to services (30000 to 32767). */
export const NODE_PORT = 30_443;

/** Pods that may start before others have left: a release's surge. */
const SURGE = 1;
/** What nginx requests beside the API's container in each pod. */
export const FRONT_REQUESTS: ContainerResources = { memGiB: 1 / 16, cpus: 0.05 };
/**
 * What a node keeps for itself and for the agents of its cluster. Memory: 1.8 GiB of a node of 8 GiB, the most that either
 * cloud keeps, and half a GiB for network, resolver and metrics. CPUs: 0.07 of two, and what those agents request. AWS: 0.15
 * on each node, and a share of the resolver. Google Cloud: about 0.4 on each node, and one of the resolver's pods of 0.26.
 * (https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes, https://github.com/cryptnono/cryptnono/issues/34)
 */
const NODE_OVERHEAD: Readonly<Record<Cloud, ContainerResources>> = {
  aws: { memGiB: 2.3, cpus: 0.35 },
  gcp: { memGiB: 2.3, cpus: 0.75 },
};
/** Nodes at least, also in a single zone: one is emptied for each upgrade. */
const MIN_NODES = 2;

/** A cluster of the stack's own, planned. */
export interface ClusterPlan {
  readonly role: Role;
  readonly machine: MachineType;
  readonly nodes: number;
}

export interface ClusterArgs {
  /** Pods that the autoscaler may start. */
  readonly maxPods: number;
  /** What each of them requests. */
  readonly requests: ContainerResources;
  readonly zones: number;
  /** Memory in GiB of the tier's largest machine. */
  readonly largestGiB: number;
  readonly instanceType?: string;
}

/**
 * The same number of nodes in each zone, with room together for all pods that the autoscaler may start: one that is added
 * starts at once, and never waits for a machine. As few as machines of the tier's size allow.
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

/** A node with room for some pods. */
function nodeRole(pods: number, { requests, instanceType }: ClusterArgs, overhead: ContainerResources): Role {
  return {
    service: "api",
    name: "api",
    zone: 0,
    needs: {
      vcpu: pods * (requests.cpus + FRONT_REQUESTS.cpus) + overhead.cpus,
      memGiB: pods * (requests.memGiB + FRONT_REQUESTS.memGiB) + overhead.memGiB,
    },
    ...(instanceType === undefined ? {} : { instanceType }),
    listens: [{ port: NODE_PORT, from: ["loadBalancer"], protocol: "API over TLS" }],
    secrets: [],
    grants: [],
    provision: () => {
      throw new Error("nodes of a cluster boot the cloud's own image");
    },
  };
}
