import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../../model/cloud";
import type { Destination, KubernetesApiArgs } from "./args";
import { HTTPS } from "./front";
import { APP, HTTP, type Metadata } from "./names";

type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;

/** Private networks and the clouds' metadata services. Sources: RFC 1918, RFC 6598, RFC 3927. */
const NOT_PUBLIC = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];
/** Node-local DNS caches listen here. */
const LINK_LOCAL = "169.254.0.0/16";

/**
 * Where pods obtain credentials of the cloud identity they are bound to. Sources: Amazon EKS, "Learn how EKS Pod Identity works";
 * Google Cloud, "Authenticate to Google Cloud APIs from GKE workloads", on network policies.
 */
const IDENTITY: Readonly<Record<Cloud, readonly Destination[]>> = {
  aws: [{ address: "169.254.170.23", ports: [80] }],
  gcp: [
    { address: "169.254.169.252", ports: [988] },
    { address: "169.254.169.254", ports: [80] },
  ],
};

/** Allows the pods the same connections as machines have, in both directions. */
export function networkPolicy(
  name: string,
  args: Pick<KubernetesApiArgs, "cloud" | "entry" | "destinations" | "scrapedFrom" | "serviceAccountAnnotations">,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): void {
  new k8s.networking.v1.NetworkPolicy(
    name,
    {
      metadata,
      spec: {
        podSelector: { matchLabels: APP },
        policyTypes: ["Ingress", "Egress"],
        ingress: ingress(args),
        egress: [
          {
            to: [{ namespaceSelector: {} }, { ipBlock: { cidr: LINK_LOCAL } }],
            ports: [tcp(53), { port: 53, protocol: "UDP" }],
          },
          ...[...args.destinations, ...(isBound(args) ? IDENTITY[args.cloud] : [])].map(
            ({ address, ports }: Destination) => ({
              to: [{ ipBlock: { cidr: `${address}/32` } }],
              ports: ports.map(tcp),
            }),
          ),
          // The internet over TLS, as on machines.
          { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: NOT_PUBLIC } }], ports: [tcp(443)] },
        ],
      },
    },
    opts,
  );
}

/** An unbound pod would obtain its node's credentials there. */
function isBound({
  entry,
  serviceAccountAnnotations,
}: Pick<KubernetesApiArgs, "entry" | "serviceAccountAnnotations">): boolean {
  return entry.kind === "nodePort" || Object.keys(serviceAccountAnnotations).length > 0;
}

function ingress({
  entry,
  scrapedFrom,
}: Pick<KubernetesApiArgs, "entry" | "scrapedFrom">): k8s.types.input.networking.v1.NetworkPolicyIngressRule[] {
  const requests =
    entry.kind === "nodePort"
      ? { from: entry.from.map((cidr): Peer => ({ ipBlock: { cidr } })), ports: [tcp(HTTPS.port)] }
      : {
          from: entry.from.length === 0 ? [{ namespaceSelector: {} }] : entry.from.map(namespace),
          ports: [tcp(HTTP.port)],
        };
  return [
    requests,
    ...(scrapedFrom.length === 0 ? [] : [{ from: scrapedFrom.map(namespace), ports: [tcp(HTTP.port)] }]),
  ];
}

function namespace(name: string): Peer {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}

function tcp(port: number): k8s.types.input.networking.v1.NetworkPolicyPort {
  return { port, protocol: "TCP" };
}
