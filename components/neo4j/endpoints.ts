import { addressOf, dnsName, type Placed } from "../model/role";

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

/**
 * Twice the time in which another leader is elected: 20 to 23 s until the loss is noticed and 3 to 6 s for the election.
 * Source: Neo4j's Operations Manual, `dbms.cluster.raft.*_failure_detection_window`.
 */
const DRIVER = { maxTransactionRetrySeconds: 60 } as const;

/** Where Neo4j answers, over TLS only. User and password: secret "neo4j-api". */
export interface Neo4jEndpoints {
  /**
   * Driver URI of the first member, which tells a driver of the others. The servers take nothing but TLS, under the
   * stack's own authority: configure the driver to encrypt and to trust that, or say `neo4j+s` where it is among the
   * process's trusted authorities (Node: NODE_EXTRA_CA_CERTS; Python: SSL_CERT_FILE).
   */
  readonly uri: string;
  /** "address:port" of every member, for a driver's resolver: with it the first may be down when a client starts. */
  readonly members: readonly string[];
  /** See the stack's outputs. */
  readonly driver: typeof DRIVER;
}

/** Where the placed members answer, the first member first. */
export function neo4jEndpoints(placed: readonly Placed[]): Neo4jEndpoints {
  const members = membersOf(placed).map((member) => `${addressOf(member)}:${PORTS.bolt}`);
  return { uri: `neo4j://${members[0]!}`, members, driver: DRIVER };
}

/** The members in the order of their numbers. */
export function membersOf(placed: readonly Placed[]): Placed[] {
  return placed.filter(({ role }) => role.service === "neo4j");
}

/** The members' DNS names. */
export function memberNames(placed: readonly Placed[]): string[] {
  return membersOf(placed).map(({ role }) => dnsName(role.name));
}
