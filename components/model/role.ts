/** What a service asks of the machines it runs on, as plain values: no resource, no cloud, no output. */

/** The services that hold data. */
export const DATA_SERVICES = ["timescaledb", "neo4j", "redis"] as const;
export type DataServiceName = (typeof DATA_SERVICES)[number];

/** All services, in the order of reports and tables. */
export const SERVICES = ["api", ...DATA_SERVICES] as const;
export type Service = (typeof SERVICES)[number];

/** Who may open a connection: the nodes of a service, or the load balancer in front of the API. */
export type Audience = Service | "loadBalancer";

/** A TCP port that a role answers on. The only source of firewall rules. */
export interface Listen {
  readonly port: number;
  readonly from: readonly Audience[];
  /** What is spoken there; becomes the rule's description. */
  readonly protocol: string;
}

/** A right on a part of a bucket. The only source, with `Role.secrets`, of what a node's identity may do. */
export interface Grant {
  /** The bucket's purpose, for example "backups". */
  readonly bucket: string;
  /** Key prefix, without a leading slash, for example "timescaledb/". */
  readonly prefix: string;
  readonly access: "read" | "write";
}

/** The role's data disk: outlives its node, formatted only when blank. */
export interface DataDisk {
  readonly sizeGiB: number;
  /** Absolute path of the mount point. */
  readonly mount: string;
  /** System user that owns the mount point; exists once the role's packages are installed. */
  readonly owner: string;
}

/** One member of a service: what it needs and what it brings. */
export interface Role {
  readonly service: Service;
  /** Stable for life; also its DNS name, for example "redis-1". */
  readonly name: string;
  /** 0, 1 or 2; the platform knows what the zone is called. */
  readonly zone: number;
  /**
   * Memory in GiB that is never shared, and what it is for where somebody may ask for more of it; CPUs that `packed` placement
   * shares.
   */
  readonly needs: { readonly vcpu: number; readonly memGiB: number; readonly memoryFor?: string };
  /** Instance type from the stack's config; without it the cheapest that fits. */
  readonly instanceType?: string;
  readonly disk?: DataDisk;
  readonly listens: readonly Listen[];
  /** Names of secrets that are read at boot with the node's own identity. */
  readonly secrets: readonly string[];
  readonly grants: readonly Grant[];
  /** The files, packages and units it brings to its node. Pure. */
  provision(self: Placed, all: readonly Placed[]): Provision;
}

/** A role on its node. */
export interface Placed {
  readonly role: Role;
  readonly node: string;
  /** Fixed private IPv4 address; absent for members of a scaling group. */
  readonly address?: string;
}

/** What a role brings to its node. */
export interface Provision {
  /** Debian packages. */
  readonly packages: readonly string[];
  /** Package sources beyond Debian's own. */
  readonly sources?: readonly AptSource[];
  readonly files: readonly NodeFile[];
  /** Shell commands, each idempotent, run after packages, disks and files and before the units start. */
  readonly prepare?: readonly string[];
  /** systemd units to enable and start, in this order; they run in the role's slice. */
  readonly units: readonly string[];
  /** Units that the role's packages bring and that must not run. */
  readonly masks?: readonly string[];
  /** System users that may read the node's TLS key. */
  readonly tlsUsers?: readonly string[];
  /** Kernel settings. Where two roles of a node set one, the larger value wins. */
  readonly sysctl?: Readonly<Record<string, number>>;
  /** Shell command that succeeds once the role serves; polled. */
  readonly health: string;
}

export interface AptSource {
  readonly name: string;
  readonly uri: string;
  readonly suite: string;
  readonly components: string;
  /** Where the armoured signing key is published. */
  readonly keyUrl: string;
  /** Primary key's fingerprint; a key with another one is refused. */
  readonly fingerprint: string;
}

export interface NodeFile {
  readonly path: string;
  /** May hold `@{secret/field}` marks, which the node replaces from its secret store. */
  readonly content: string;
  /** Octal, for example "0640". Default "0644". */
  readonly mode?: string;
  /** "user" or "user:group". Default "root:root". */
  readonly owner?: string;
  /** Write only when absent: for files that the service itself rewrites. Default false. */
  readonly seed?: boolean;
  /** Write before packages are installed. Default false. */
  readonly early?: boolean;
  /** Unit that is restarted when the content changes on a node that is already serving. */
  readonly restarts?: string;
  /** Unit that is reloaded when the content changes. */
  readonly reloads?: string;
}

/** The mark that a node replaces by a field of one of its secrets. */
export function secretMark(secret: string, field: string): string {
  return `@{${secret}/${field}}`;
}

/** The role's name within the stack's private network; every node knows all of them. */
export function dnsName(roleName: string): string {
  return `${roleName}.ape.internal`;
}

/** Where a role's memory and CPU are accounted: the systemd slice of its service. */
export function sliceOf(service: Service): string {
  return `ape-${service}.slice`;
}

/** A placed role's address; throws for members of a scaling group, which have none. */
export function addressOf(placed: Placed): string {
  if (placed.address === undefined) {
    throw new Error(`${placed.role.name} runs in a scaling group and has no fixed address`);
  }
  return placed.address;
}
