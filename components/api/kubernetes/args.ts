import type * as pulumi from "@pulumi/pulumi";
import type { StackAuthority } from "../../pki/stack-authority";
import type { Cloud } from "../../model/cloud";

/** A container's share of its node: memory in GiB, CPUs in cores. */
export interface ContainerResources {
  readonly memGiB: number;
  readonly cpus: number;
}

/** Where pods find the stores. User names and passwords come from the secret beside it. */
export interface PodBackends {
  readonly timescaledbWriter: string;
  readonly timescaledbReader: string;
  /** Writer and reader of each shard; of one when symbols are not spread. */
  readonly timescaledbShards: readonly { readonly writer: string; readonly reader: string }[];
  readonly neo4jUri: string;
  readonly neo4jMembers: readonly string[];
  readonly redisSentinels: readonly string[];
  readonly redisMasterName: string;
  readonly redisUrl: string;
  readonly redisCluster: readonly string[];
}

/** A host that pods may connect to. */
export interface Destination {
  /** IPv4 address. */
  readonly address: string;
  readonly ports: readonly number[];
}

/** Through the Ingress controller of a cluster that is there already. */
export interface IngressEntry {
  readonly kind: "ingress";
  /** Class of the Ingress; empty: the cluster's default. */
  readonly className: string;
  /** Namespaces that requests come from, the controller's; none: any of the cluster. */
  readonly from: readonly string[];
}

/** On a port of every node, from the stack's own load balancer, over TLS. */
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
  readonly backends: PodBackends;
  /** The data services' hosts: all that pods reach within the network. */
  readonly destinations: readonly Destination[];
  /** Secret values by environment variable. */
  readonly credentials: Readonly<Record<string, pulumi.Input<string>>>;
  readonly authority: StackAuthority;
  /** How requests come in. */
  readonly entry: IngressEntry | NodePortEntry;
  /** Public name. Empty: with an Ingress, reachable within the cluster only. */
  readonly domain: string;
  /** Bind the pods' service account to an identity of the cloud, as the cluster's provider wants it. */
  readonly serviceAccountAnnotations: Readonly<Record<string, pulumi.Input<string>>>;
  /** Namespaces whose pods scrape metrics, by Prometheus Operator's ServiceMonitor. None: the cluster needs no such API. */
  readonly scrapedFrom: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}
