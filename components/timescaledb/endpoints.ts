import type { Placed } from "../node/role";
import { dnsName } from "../node/role";
import { TLS } from "../node/bootstrap/bundle";
import { APP_USER } from "./secrets";
import { dataNodes, PORTS } from "./topology";

export interface TimescaleDbEndpoints {
  /** The data nodes: DNS name within the stack and fixed private address. */
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  /** libpq URI, without password, of the server that accepts writes. */
  readonly writer: string;
  /** libpq URI, without password, of a standby where there is one, otherwise of the primary. */
  readonly reader: string;
}

/**
 * Where the database answers. libpq (17 and before) and what is built on it try the hosts in turn; a driver that takes
 * one host only stands behind a proxy that asks Patroni. The password is field `password` of secret "timescaledb-api".
 */
export function timescaleDbEndpoints(placed: readonly Placed[], database: string): TimescaleDbEndpoints {
  const hosts = dataNodes(placed).map(({ name, address }) => ({ name: dnsName(name), address }));
  const authority = hosts.map(({ name }) => `${name}:${PORTS.postgresql}`).join(",");
  const uri = (target: string): string =>
    `postgresql://${APP_USER}@${authority}/${database}?target_session_attrs=${target}&sslmode=verify-full&sslrootcert=${TLS.ca}`;
  return { hosts, writer: uri("read-write"), reader: uri("prefer-standby") };
}
