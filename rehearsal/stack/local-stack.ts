import type { Cloud } from "../../components/model/cloud";

/**
 * A stack's planned resources as what to run on one machine, independent of the cloud. It is derived only from the
 * resources that the program registers, so that the same nodes boot here and in the cloud.
 */
export interface LocalStack {
  readonly stack: string;
  readonly cloud: Cloud;
  readonly region: string;
  readonly subnets: readonly Subnet[];
  readonly hosts: readonly Host[];
  /** Every data disk, attached or not. */
  readonly volumes: readonly Volume[];
  readonly buckets: readonly string[];
  readonly objects: readonly StoredObject[];
  readonly secrets: readonly StoredSecret[];
  /** Package archives other than Debian's that nodes can reach: host name and the directory that it serves. */
  readonly archives: readonly { readonly host: string; readonly directory: string }[];
  /** The load balancer of the API's nodes. Undefined if the API runs on Kubernetes. */
  readonly balancer?: LocalBalancer;
  /** The registry of the API's image. Undefined if stand-in servers replace the API. */
  readonly registry?: LocalRegistry;
  /** Whether nodes reach the internet through a NAT gateway. */
  readonly internet: boolean;
}

/** The registry with the reference API's images. */
export interface LocalRegistry {
  readonly host: string;
  /** The registry's storage directory. */
  readonly directory: string;
  /** Full image references of the releases, by version. */
  readonly images: Readonly<Record<string, string>>;
}

/** A load balancer with HTTPS on both sides. */
export interface LocalBalancer {
  /** Port on the nodes. */
  readonly port: number;
  /** Source address of its connections to nodes. */
  readonly source: string;
  /** Certificate chain and key, PEM. */
  readonly certificate: string;
  /** Idle timeout of connections in seconds. */
  readonly idleSeconds: number;
  readonly health: {
    readonly path: string;
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    /** Consecutive results that change a node's state. */
    readonly healthy: number;
    readonly unhealthy: number;
  };
}

export interface Subnet {
  readonly name: string;
  /** For example "10.60.16.0/24". */
  readonly cidr: string;
}

/** An instance, or one that a scaling group may start. */
export interface Host {
  readonly name: string;
  /** The instance's id in the cloud. A host with another id is another machine: its root is new, its disks are not. */
  readonly instance: string;
  /** Name of its scaling group. A group replaces its members instead of changing them. Undefined for other instances. */
  readonly group?: string;
  readonly services: readonly string[];
  readonly zone: string;
  /** Name of its subnet. */
  readonly subnet: string;
  readonly address: string;
  readonly instanceType: string;
  readonly vcpu: number;
  readonly memGiB: number;
  /** Whether it starts with the stack; otherwise only when a scaling group grows. */
  readonly starts: boolean;
  readonly userData: string;
  readonly disks: readonly LocalDisk[];
  readonly ingress: readonly AllowRule[];
  readonly egress: readonly AllowRule[];
  readonly permissions: readonly Permission[];
}

/** A data disk. */
export interface Volume {
  readonly name: string;
  readonly sizeGiB: number;
}

/** A data disk that is attached to a host. Its data survive the host. */
export interface LocalDisk extends Volume {
  /** Device path on the host, below /dev/disk/by-id. */
  readonly path: string;
}

/** Allows TCP to or from these networks on these ports. */
export interface AllowRule {
  readonly peers: readonly string[];
  readonly ports: { readonly from: number; readonly to: number };
}

/** A permission of a host's identity, independent of the cloud. */
export interface Permission {
  readonly action: "get" | "put" | "delete" | "list" | "secret";
  /** Name of a bucket or of a secret. */
  readonly on: string;
  /** Key prefix, or a whole key if `exact`. The empty prefix matches every key. */
  readonly prefix: string;
  readonly exact: boolean;
}

export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly content: string;
}

export interface StoredSecret {
  readonly name: string;
  readonly value: string;
}
