import { TLS } from "../node/bootstrap/bundle";
import { dnsName } from "../node/role";
import { PORTS, type DataNode } from "./topology";

export interface EtcdArgs {
  /** This member's name. */
  readonly name: string;
  readonly voters: readonly DataNode[];
  /** On a data disk: a member that comes back without its state would be a stranger to the others. */
  readonly directory: string;
}

/**
 * The whole of /etc/default/etcd. Every connection is TLS with certificates on both sides. State: Patroni's few keys;
 * history is compacted hourly, so that the log and the memory stay small.
 */
export function etcdEnvironment({ name, voters, directory }: EtcdArgs): string {
  const client = (host: string): string => `https://${host}:${PORTS.etcdClient}`;
  const peer = (host: string): string => `https://${host}:${PORTS.etcdPeer}`;
  const own = dnsName(name);
  return variables({
    ETCD_NAME: name,
    ETCD_DATA_DIR: directory,
    ETCD_LISTEN_CLIENT_URLS: client("0.0.0.0"),
    ETCD_ADVERTISE_CLIENT_URLS: client(own),
    ETCD_LISTEN_PEER_URLS: peer("0.0.0.0"),
    ETCD_INITIAL_ADVERTISE_PEER_URLS: peer(own),
    // These three count only while the member has no state.
    ETCD_INITIAL_CLUSTER: voters.map((voter) => `${voter.name}=${peer(dnsName(voter.name))}`).join(","),
    ETCD_INITIAL_CLUSTER_STATE: "new",
    ETCD_INITIAL_CLUSTER_TOKEN: "timescaledb",
    ETCD_CERT_FILE: TLS.certificate,
    ETCD_KEY_FILE: TLS.key,
    ETCD_TRUSTED_CA_FILE: TLS.ca,
    ETCD_CLIENT_CERT_AUTH: "true",
    ETCD_PEER_CERT_FILE: TLS.certificate,
    ETCD_PEER_KEY_FILE: TLS.key,
    ETCD_PEER_TRUSTED_CA_FILE: TLS.ca,
    ETCD_PEER_CLIENT_CERT_AUTH: "true",
    ETCD_AUTO_COMPACTION_MODE: "periodic",
    ETCD_AUTO_COMPACTION_RETENTION: "1h",
    ETCD_SNAPSHOT_COUNT: "10000",
    ETCD_LOG_LEVEL: "warn",
  });
}

/**
 * Drop-in of etcd.service. A member serves only with a majority: the first one waits for the second, which may be a
 * machine that is still being made.
 */
export const ETCD_DROP_IN = ["[Service]", "TimeoutStartSec=20min", "Restart=always", "RestartSec=2", ""].join("\n");

/** Succeeds once the local member has a leader and can commit. */
export const ETCD_HEALTH = `ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:${PORTS.etcdClient} --cacert=${TLS.ca} --cert=${TLS.certificate} --key=${TLS.key} endpoint health`;

function variables(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
