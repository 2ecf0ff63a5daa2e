import { MONITORING_USER, REPLICATION_USER, REWIND_USER } from "./secrets";
import type { DataNode } from "./topology";

export interface HbaArgs {
  readonly database: string;
  /** The data nodes; none when there is no replication. */
  readonly peers: readonly DataNode[];
}

/**
 * Who may log in, from where, to what, in the order of pg_hba.conf: the first line that matches decides. Clients come
 * through the pool on the same machine, which has rules of its own for where they come from.
 */
export function hbaRules({ database, peers }: HbaArgs): string[] {
  return [
    "local all postgres peer",
    "local all all scram-sha-256",
    `hostssl postgres,${database} ${MONITORING_USER} 127.0.0.1/32 scram-sha-256`,
    // Patroni asks its own server for its timeline as a replication client.
    ...(peers.length === 0 ? [] : [`hostssl replication ${REPLICATION_USER} 127.0.0.1/32 scram-sha-256`]),
    ...peers.flatMap(({ address }) => [
      `hostssl replication ${REPLICATION_USER} ${address}/32 scram-sha-256`,
      `hostssl postgres ${REWIND_USER} ${address}/32 scram-sha-256`,
    ]),
    "host all all all reject",
  ];
}

/** The whole of pg_hba.conf for a server that systemd runs. */
export function hbaConf(args: HbaArgs): string {
  return [
    "# TYPE DATABASE USER ADDRESS METHOD. The superuser logs in only here, as the system user postgres.",
    ...hbaRules(args),
    "",
  ].join("\n");
}
