import { dnsName, type Placed } from "../node/role";

/** Ports of a Neo4j server. Source: its Operations Manual, "Ports". */
export const PORTS = {
  bolt: 7687,
  https: 7473,
  cluster: 6000,
  raft: 7000,
  routing: 7688,
  backup: 6362,
  metrics: 2004,
} as const;

/** Where Neo4j answers. User and password: secret "neo4j-api". */
export interface Neo4jEndpoints {
  /**
   * Driver URI of the first member, which tells a driver of the others. `neo4j+s` checks the server's certificate: the
   * driver must trust the stack's own authority (Node: NODE_EXTRA_CA_CERTS; Python: SSL_CERT_FILE), and must know the
   * members by the names that they advertise.
   */
  readonly uri: string;
  /** "name:port" of every member, for a driver's resolver: with it the first member may be down when a client starts. */
  readonly hosts: readonly string[];
}

/** Where the placed members answer, the first member first. */
export function neo4jEndpoints(placed: readonly Placed[]): Neo4jEndpoints {
  const hosts = memberNames(placed).map((name) => `${name}:${PORTS.bolt}`);
  return { uri: `neo4j+s://${hosts[0]!}`, hosts };
}

/** DNS names of the members in the order of their numbers. */
export function memberNames(placed: readonly Placed[]): string[] {
  return placed.filter(({ role }) => role.service === "neo4j").map(({ role }) => dnsName(role.name));
}
