/** What a service requires of the machines it runs on, as plain values: no resource, no cloud, no output. */

/** The services that hold data. */
export const DATA_SERVICES = ["timescaledb", "neo4j", "redis"] as const;
export type DataServiceName = (typeof DATA_SERVICES)[number];

/** All services, in the order of reports and tables. */
export const SERVICES = ["api", ...DATA_SERVICES] as const;
export type Service = (typeof SERVICES)[number];

/** A permitted source of connections: the nodes of a service, or the load balancer. */
export type Audience = Service | "loadBalancer";

/** A TCP port that a role listens on. The only source of firewall rules. */
export interface Listen {
  readonly port: number;
  readonly from: readonly Audience[];
  /** Protocol name; becomes the firewall rule's description. */
  readonly protocol: string;
}

/** A permission on a part of a bucket. With `Role.secrets`, the only source of a node's permissions. */
export interface Grant {
  /** The bucket's purpose, for example "backups". */
  readonly bucket: string;
  /** Key prefix, without a leading slash, for example "timescaledb/". */
  readonly prefix: string;
  readonly access: "read" | "write";
}

/** The role's data disk: survives its node, and is formatted only when blank. */
export interface DataDisk {
  readonly sizeGiB: number;
  /** Absolute path of the mount point. */
  readonly mount: string;
  /** System user that owns the mount point; created by the role's packages. */
  readonly owner: string;
}

/** One member of a service: its requirements and what it installs. */
export interface Role {
  readonly service: Service;
  /** Stable for life; also its DNS name, for example "redis-1". */
  readonly name: string;
  /** Index of the zone: 0, 1 or 2. The platform maps it to a zone name. */
  readonly zone: number;
  /** The members that replace each other, for example the shard. Default: the service. */
  readonly group?: string;
  /**
   * Memory in GiB, which is never shared, and how it adds up if overrides can change it. CPUs, which `packed` placement
   * shares.
   */
  readonly needs: { readonly vcpu: number; readonly memGiB: number; readonly memoryFor?: string };
  /** Instance type from the stack's config. Default: the cheapest that fits. */
  readonly instanceType?: string;
  readonly disk?: DataDisk;
  readonly listens: readonly Listen[];
  /** Names of the secrets that the node reads at boot with its own identity. */
  readonly secrets: readonly string[];
  readonly grants: readonly Grant[];
  /** The packages, files and units for the node. Pure. */
  provision(self: Placed, all: readonly Placed[]): Provision;
}

/** A role on its node. */
export interface Placed {
  readonly role: Role;
  readonly node: string;
  /** Fixed private IPv4 address; undefined for members of a scaling group. */
  readonly address?: string;
  /** Addresses that the role has with another placement. While roles move one by one, a peer may still be there. */
  readonly formerAddresses?: readonly string[];
}

/** What a role installs and runs on its node. */
export interface Provision {
  /** Debian packages. */
  readonly packages: readonly string[];
  /** Package sources in addition to Debian's. */
  readonly sources?: readonly AptSource[];
  readonly files: readonly NodeFile[];
  /** Idempotent shell commands that run after packages, disks and files, before the units start. */
  readonly prepare?: readonly string[];
  /** systemd units to enable and start, in this order, in the role's slice. */
  readonly units: readonly string[];
  /** Units of the role's packages that must not run. */
  readonly masks?: readonly string[];
  /** System users that may read the node's TLS key. */
  readonly tlsUsers?: readonly string[];
  /** Kernel settings. If two roles of a node set the same one, the larger value wins. */
  readonly sysctl?: Readonly<Record<string, number>>;
  /** Shell command that succeeds once the role serves. It is polled. */
  readonly health: string;
  /** How the member takes part in its group. Default: it has no peers. */
  readonly membership?: Membership;
}

/** Shell commands by which a node takes part in a rolling change. Each is idempotent and ends within a minute. */
export interface Membership {
  /** Succeeds while this member leads its group: primary, master, leader. Default: it never leads. */
  readonly leads?: string;
  /** Succeeds while this member has all acknowledged data of its group. Default: the role's health. */
  readonly inStep?: string;
  /** Moves leadership to another member. Succeeds if this member does not lead afterwards. Default: nothing to move. */
  readonly handOver?: string;
  /** Undoes what `handOver` did beyond moving leadership. Default: nothing. */
  readonly resume?: string;
  /** Runs after the address of another role changed in /etc/hosts. Default: nothing. */
  readonly peersMoved?: string;
  /** Prints one line about the role for its node's status, for example the released image. Default: empty. */
  readonly reports?: string;
}

export interface AptSource {
  readonly name: string;
  readonly uri: string;
  readonly suite: string;
  readonly components: string;
  /** URL of the armoured signing key. */
  readonly keyUrl: string;
  /** Fingerprint of the primary key; a key with a different one is rejected. */
  readonly fingerprint: string;
}

export interface NodeFile {
  readonly path: string;
  /** May contain `@{secret/field}` marks, which the node replaces with values from the secret store. */
  readonly content: string;
  /** Octal, for example "0640". Default "0644". */
  readonly mode?: string;
  /** "user" or "user:group". Default "root:root". */
  readonly owner?: string;
  /** Write only if absent: for files that the service rewrites. Default false. */
  readonly seed?: boolean;
  /** Write before packages are installed. Default false. */
  readonly early?: boolean;
  /** Unit to restart if the content changes on a node that already serves. */
  readonly restarts?: string;
  /** Unit to reload if the content changes. */
  readonly reloads?: string;
}

/** The mark that a node replaces with a field of a secret. */
export function secretMark(secret: string, field: string): string {
  return `@{${secret}/${field}}`;
}

/** The role's DNS name in the stack's private network; every node can resolve it. */
export function dnsName(roleName: string): string {
  return `${roleName}.ape.internal`;
}

/** The systemd slice of a service, which accounts for its memory and CPU. */
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
