import * as compute from "@pulumi/gcp/compute";
import type * as pulumi from "@pulumi/pulumi";
import { flowName, type FlowRule } from "../../model/flows";
import type { Service } from "../../model/role";
import type { NetworkSpec, StackContext } from "../platform";

/** Source ranges of Google's load balancers and health checks. Source: Google Cloud, "Firewall rules for load balancing". */
export const LOAD_BALANCER_RANGES = ["130.211.0.0/22", "35.191.0.0/16"];
/** Source range of Identity-Aware Proxy: operator access without public addresses. Source: "Using IAP for TCP forwarding". */
const IAP_RANGE = "35.235.240.0/20";

const LOGGED = { metadata: "INCLUDE_ALL_METADATA" } as const;
const LAST_PRIORITY = 65_534;

/** The network tag of a service's nodes. */
export function networkTag(context: Pick<StackContext, "prefix">, service: Service): string {
  return `${context.prefix}-${service}`;
}

/** Firewalls for the declared flows, operator access and the nodes' egress; everything else is denied. */
export function firewalls(
  context: StackContext,
  network: compute.Network,
  spec: NetworkSpec,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const firewall = (name: string, args: Omit<compute.FirewallArgs, "network" | "logConfig">): compute.Firewall =>
    new compute.Firewall(name, { ...args, network: network.id, logConfig: LOGGED }, opts);
  const everyNode = spec.services.map((service) => networkTag(context, service));
  return [
    ...spec.flows.flatMap((flow) => {
      const source = sourceOf(context, spec, flow);
      return source === undefined
        ? []
        : [
            firewall(flowName(flow), {
              direction: "INGRESS",
              description: flow.protocol,
              allows: [{ protocol: "tcp", ports: [String(flow.port)] }],
              targetTags: [networkTag(context, flow.to)],
              ...source,
            }),
          ];
    }),
    firewall("iap", {
      direction: "INGRESS",
      description: "People, through Identity-Aware Proxy",
      allows: [{ protocol: "tcp", ports: ["22"] }],
      sourceRanges: [IAP_RANGE],
      targetTags: everyNode,
    }),
    firewall("out", {
      direction: "EGRESS",
      description: "Google's APIs, and Debian packages, which are signed",
      allows: [{ protocol: "tcp", ports: ["443", "80"] }],
      destinationRanges: ["0.0.0.0/0"],
      targetTags: everyNode,
    }),
    firewall("out-within", {
      direction: "EGRESS",
      description: "Other nodes, which decide themselves whom they let in",
      allows: [{ protocol: "tcp" }],
      destinationRanges: [spec.cidr],
      targetTags: everyNode,
    }),
    ...(spec.cluster
      ? [
          firewall("out-of-pods", {
            direction: "EGRESS",
            description: "Pods of the cluster among themselves: names, probes, overlay",
            allows: [{ protocol: "all" }],
            destinationRanges: [spec.cidr],
            targetTags: [networkTag(context, "api")],
          }),
        ]
      : []),
    firewall("out-nothing-else", {
      direction: "EGRESS",
      description: "Everything else is refused",
      denies: [{ protocol: "all" }],
      destinationRanges: ["0.0.0.0/0"],
      priority: LAST_PRIORITY,
      targetTags: everyNode,
    }),
  ];
}

type Source = Pick<compute.FirewallArgs, "sourceTags" | "sourceRanges">;

function sourceOf(context: StackContext, spec: NetworkSpec, { from }: FlowRule): Source | undefined {
  if (from === "loadBalancer") {
    return { sourceRanges: LOAD_BALANCER_RANGES };
  }
  // Tags apply to machines; pods are matched by address range.
  const pods = from === "api" && spec.apiCidrs.length > 0 ? { sourceRanges: [...spec.apiCidrs] } : undefined;
  return spec.services.includes(from) ? { sourceTags: [networkTag(context, from)], ...pods } : pods;
}
