import type { Cloud } from "../../components/model/cloud";

/**
 * What a stack's planned resources mean on one machine, whichever cloud they are of. Made from nothing but the
 * resources that the program registers, so that what boots here is what would boot there.
 */
export interface LocalStack {
  readonly stack: string;
  readonly cloud: Cloud;
  readonly region: string;
  readonly subnets: readonly Subnet[];
  readonly hosts: readonly Host[];
  readonly buckets: readonly string[];
  readonly objects: readonly StoredObject[];
  readonly secrets: readonly StoredSecret[];
  /** Package archives other than Debian's that nodes can reach: a host's name, and the folder that it serves. */
  readonly archives: readonly { readonly host: string; readonly directory: string }[];
  /** What stands before the API's nodes; absent where it runs on Kubernetes. */
  readonly balancer?: LocalBalancer;
  /** The registry that the API's image is pulled from; absent where servers stand in for it. */
  readonly registry?: LocalRegistry;
  /** Whether nodes have a way to the internet: a NAT gateway. */
  readonly internet: boolean;
}

/** Where nodes find the reference API. */
export interface LocalRegistry {
  readonly host: string;
  /** The registry's storage. */
  readonly directory: string;
  /** Whole names of the releases, by version. */
  readonly images: Readonly<Record<string, string>>;
}

/** A cloud's load balancer: HTTPS in, HTTPS on to one of the nodes. */
export interface LocalBalancer {
  /** Port of the nodes. */
  readonly port: number;
  /** The address that nodes see. */
  readonly source: string;
  /** Certificate and key, PEM. */
  readonly certificate: string;
  /** Seconds without a byte after which a connection is closed. */
  readonly idleSeconds: number;
  readonly health: {
    readonly path: string;
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    /** Answers in a row that change a node's state. */
    readonly healthy: number;
    readonly unhealthy: number;
  };
}

export interface Subnet {
  readonly name: string;
  /** For example "10.60.16.0/24". */
  readonly cidr: string;
}

/** An instance, or a place for one that a scaling group may start. */
export interface Host {
  readonly name: string;
  readonly services: readonly string[];
  readonly zone: string;
  /** Name of its subnet. */
  readonly subnet: string;
  readonly address: string;
  readonly instanceType: string;
  readonly vcpu: number;
  readonly memGiB: number;
  /** Whether it is started with the stack; otherwise only when a scaling group grows. */
  readonly starts: boolean;
  readonly userData: string;
  readonly disks: readonly LocalDisk[];
  readonly ingress: readonly AllowRule[];
  readonly egress: readonly AllowRule[];
  readonly permissions: readonly Permission[];
}

export interface LocalDisk {
  /** The volume's name: its data outlive the host. */
  readonly name: string;
  readonly sizeGiB: number;
  /** Where the host finds it: a path below /dev/disk/by-id. */
  readonly path: string;
}

/** TCP to or from any of these networks on these ports. */
export interface AllowRule {
  readonly peers: readonly string[];
  readonly ports: { readonly from: number; readonly to: number };
}

/** What an identity may do, in the words of the stand-ins. */
export interface Permission {
  readonly action: "get" | "put" | "delete" | "list" | "secret";
  /** Bucket, or the name of a secret, which may end in "*". */
  readonly on: string;
  /** Key prefix, or a whole key when `exact`. Empty: everything. */
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
