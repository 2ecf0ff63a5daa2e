import { MONITORING_USER, REPLICATION_USER, REWIND_USER } from "./secrets";
import type { DataNode } from "./topology";

export interface HbaArgs {
  readonly database: string;
  /**
   * The data nodes. Empty without replication. Rules name their addresses, not their names: PostgreSQL looks up an address'
   * name, and a node with several roles has several.
   */
  readonly peers: readonly DataNode[];
}

/**
 * Who may log in, from where and to which database, in the order of pg_hba.conf: the first matching line decides. Clients
 * connect through PgBouncer on the same node, which has its own rules.
 */
export function hbaRules({ database, peers }: HbaArgs): string[] {
  return [
    "local all postgres peer",
    "local all all scram-sha-256",
    `hostssl postgres,${database} ${MONITORING_USER} 127.0.0.1/32 scram-sha-256`,
    // Patroni queries its server's timeline over a replication connection.
    ...(peers.length === 0 ? [] : [`hostssl replication ${REPLICATION_USER} 127.0.0.1/32 scram-sha-256`]),
    ...peers
      .flatMap(({ addresses }) => addresses)
      .flatMap((address) => [
        `hostssl replication ${REPLICATION_USER} ${address}/32 scram-sha-256`,
        `hostssl postgres ${REWIND_USER} ${address}/32 scram-sha-256`,
      ]),
    "host all all all reject",
  ];
}

/** The complete pg_hba.conf of a server that systemd runs. */
export function hbaConf(args: HbaArgs): string {
  return [
    "# TYPE DATABASE USER ADDRESS METHOD. The superuser logs in only locally, as the system user postgres.",
    ...hbaRules(args),
    "",
  ].join("\n");
}
