import { addressOf, dnsName, type Placed } from "../model/role";

/** Ports of a Neo4j server. Source: Operations Manual, "Ports". */
export const PORTS = {
  bolt: 7687,
  https: 7473,
  cluster: 6000,
  raft: 7000,
  routing: 7688,
  backup: 6362,
  metrics: 2004,
} as const;

/**
 * Twice the time of a leader election: 20 to 23 s to detect the loss, and 3 to 6 s to elect a new leader. Source: Operations
 * Manual, `dbms.cluster.raft.*_failure_detection_window`.
 */
const DRIVER = { maxTransactionRetrySeconds: 60 } as const;

/** Endpoints of Neo4j, TLS only. User and password are in secret "neo4j-api". */
export interface Neo4jEndpoints {
  /**
   * Driver URI of the first member, from which a driver discovers the others. The servers require TLS, with certificates of
   * the stack's certificate authority: configure the driver to encrypt and to trust it, or use `neo4j+s` if the process
   * trusts it (Node: NODE_EXTRA_CA_CERTS; Python: SSL_CERT_FILE).
   */
  readonly uri: string;
  /** "host:port" of every member, for a driver's resolver: a client can then start while the first member is down. */
  readonly members: readonly string[];
  /** See the stack's outputs. */
  readonly driver: typeof DRIVER;
}

/**
 * Endpoints of the placed members, in order of their numbers.
 * @param hostOf how clients reach a member: by address, or by a name that they can resolve
 */
export function neo4jEndpoints(placed: readonly Placed[], hostOf = addressOf): Neo4jEndpoints {
  const members = membersOf(placed).map((member) => `${hostOf(member)}:${PORTS.bolt}`);
  return { uri: `neo4j://${members[0]!}`, members, driver: DRIVER };
}

/** The members in order of their numbers. */
export function membersOf(placed: readonly Placed[]): Placed[] {
  return placed.filter(({ role }) => role.service === "neo4j");
}

/** The members' DNS names. */
export function memberNames(placed: readonly Placed[]): string[] {
  return membersOf(placed).map(({ role }) => dnsName(role.name));
}
