import { textAt, type CloudResource } from "../resource";
import { hourly, type Charge, type PricingRule } from "./charge";
import type { World } from "./world";
import type { Cloud } from "../../components/model/cloud";

const NODES_ELSEWHERE = "its pods run on nodes of a cluster outside the stack";

/** A cluster that the stack creates; its nodes are charged separately. */
const CLUSTER: Readonly<Record<Cloud, string>> = {
  aws: "aws:eks/cluster:Cluster",
  gcp: "gcp:container/cluster:Cluster",
};

/** Charges by Kubernetes object type on a cloud. */
export function kubernetesRules(cloud: Cloud): Readonly<Record<string, PricingRule>> {
  return {
    "kubernetes:core/v1:Service": (service, world) => loadBalancer(service, world, cloud),
    "kubernetes:core/v1:PersistentVolumeClaim": () => "its price depends on its storage class",
    ...Object.fromEntries(
      ["Deployment", "StatefulSet", "DaemonSet"].map((kind) => [
        `kubernetes:apps/v1:${kind}`,
        (_: CloudResource, world: World) => (world.ofType(CLUSTER[cloud]).length > 0 ? [] : NODES_ELSEWHERE),
      ]),
    ),
  };
}

/** A Service of type LoadBalancer creates a network load balancer. */
function loadBalancer(service: CloudResource, world: World, cloud: Cloud): readonly Charge[] {
  if (textAt(service, "spec.type") !== "LoadBalancer") {
    return [];
  }
  const { outGb } = world.traffic;
  const out: Charge = {
    kind: "transfer",
    item: "responses to the internet",
    price: "transfer.internet",
    quantity: outGb,
    assumed: true,
  };
  return [...LOAD_BALANCER[cloud](world), out];
}

/** A network load balancer without its traffic to the internet. */
const LOAD_BALANCER: Readonly<Record<Cloud, (world: World) => Charge[]>> = {
  aws: ({ zones }) => [
    hourly("load balancer", "network load balancer", "nlb.hour"),
    { ...hourly("load balancer", "public IPv4 address, one per zone", "ipv4.address"), count: Math.max(1, zones) },
  ],
  gcp: ({ traffic }) => [
    hourly("load balancer", "forwarding rule", "forwardingRule.first"),
    {
      kind: "load balancer",
      item: "processed",
      price: "loadBalancer.traffic",
      quantity: traffic.inGb + traffic.outGb,
      assumed: true,
    },
  ],
};
