import type * as pulumi from "@pulumi/pulumi";
import type { StackAuthority } from "../../pki/stack-authority";
import type { Cloud } from "../../model/cloud";
import type { Backends, ContainerResources } from "../args";

/** A host that pods may connect to. */
export interface Destination {
  /** IPv4 address. */
  readonly address: string;
  readonly ports: readonly number[];
}

/** Through the Ingress controller of an existing cluster. */
export interface IngressEntry {
  readonly kind: "ingress";
  /** Class of the Ingress. Empty means the cluster's default. */
  readonly className: string;
  /** Namespaces of the controller's pods. Empty means any namespace. */
  readonly from: readonly string[];
}

/** Through a port of every node, over TLS, from the stack's load balancer. */
export interface NodePortEntry {
  readonly kind: "nodePort";
  readonly port: number;
  /** Networks that the load balancer's requests come from, CIDR. */
  readonly from: readonly string[];
}

export interface KubernetesApiArgs {
  readonly cloud: Cloud;
  /** Credentials of the cluster; a secret. */
  readonly kubeconfig: pulumi.Input<string>;
  readonly namespace: string;
  readonly image: string;
  readonly workersPerContainer: number;
  readonly requests: ContainerResources;
  readonly limits: ContainerResources;
  readonly autoscaling: {
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly cpuPercent: number;
    readonly memoryPercent: number;
  };
  readonly backends: Backends;
  /** Hosts of the data services: the only private addresses that pods may connect to. */
  readonly destinations: readonly Destination[];
  /** The value of one field of a secret. */
  readonly secretField: (secret: string, field: string) => pulumi.Input<string>;
  readonly authority: StackAuthority;
  /** How requests reach the pods. */
  readonly entry: IngressEntry | NodePortEntry;
  /** Public name. Empty means no Ingress: reachable within the cluster only. */
  readonly domain: string;
  /** Annotations that bind the pods' service account to an identity of the cloud. */
  readonly serviceAccountAnnotations: Readonly<Record<string, pulumi.Input<string>>>;
  /** Namespaces whose pods scrape metrics, through Prometheus Operator's ServiceMonitor. Empty means no ServiceMonitor. */
  readonly scrapedFrom: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}
