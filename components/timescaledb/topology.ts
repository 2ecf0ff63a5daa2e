import { addressOf, dnsName, type Placed } from "../node/role";

/** Which member a role is: a data node holds the database; the witness only votes. */
export type Kind = "data" | "witness";

export interface MemberPlan {
  /** Stable for life; also the DNS name. */
  readonly name: string;
  readonly zone: number;
  readonly kind: Kind;
}

/** A data node with its fixed private address. */
export interface DataNode {
  readonly name: string;
  readonly address: string;
}

export const PORTS = { postgresql: 5432, pool: 6432, patroni: 8008, etcdClient: 2379, etcdPeer: 2380 } as const;

/** PostgreSQL's major version. A cluster keeps its major for life: another one needs pg_upgrade. Debian 13 has 17. */
export const MAJOR = 17;

/** The data disk's mount point, and what lies on it. */
export const MOUNT = "/var/lib/postgresql";
export const DATA_DIRECTORY = `${MOUNT}/${MAJOR}/main`;
export const BIN_DIRECTORY = `/usr/lib/postgresql/${MAJOR}/bin`;
export const SOCKET_DIRECTORY = "/var/run/postgresql";

/** systemd unit of PostgreSQL when nothing but systemd runs it. */
export const POSTGRESQL_UNIT = `postgresql@${MAJOR}-main.service`;

/** The member that is there in both shapes, and so has the data when one becomes the other. */
export const FOUNDER = "timescaledb-1";

const SINGLE: readonly MemberPlan[] = [{ name: FOUNDER, zone: 0, kind: "data" }];

/** Two copies of the data and three votes, one a zone: any zone may be lost, with a majority left to elect a primary. */
const HIGHLY_AVAILABLE: readonly MemberPlan[] = [
  ...SINGLE,
  { name: "timescaledb-2", zone: 1, kind: "data" },
  { name: "timescaledb-3", zone: 2, kind: "witness" },
];

/** The members of the service. Making a stack highly available adds two and keeps the first with its data. */
export function members(highlyAvailable: boolean): readonly MemberPlan[] {
  return highlyAvailable ? HIGHLY_AVAILABLE : SINGLE;
}

/** The placed data nodes among all placed roles of a stack, in order of their names. */
export function dataNodes(all: readonly Placed[]): DataNode[] {
  return placedOf(all, (member) => member.kind === "data");
}

/** The placed voters: data nodes and witness, in order of their names. */
export function voters(all: readonly Placed[]): DataNode[] {
  return placedOf(all, () => true);
}

function placedOf(all: readonly Placed[], wanted: (member: MemberPlan) => boolean): DataNode[] {
  const names = HIGHLY_AVAILABLE.filter(wanted).map(({ name }) => name);
  return names.flatMap((name) => {
    const placed = all.find(({ role }) => role.service === "timescaledb" && role.name === name);
    return placed === undefined ? [] : [{ name, address: addressOf(placed) }];
  });
}

/** A client URL of each voter's etcd, "host:port". */
export function etcdHosts(all: readonly Placed[]): string[] {
  return voters(all).map(({ name }) => `${dnsName(name)}:${PORTS.etcdClient}`);
}
