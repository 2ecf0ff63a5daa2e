import { join } from "node:path";
import { TLS } from "../model/tls";
import { dnsName, type NodeFile } from "../model/role";
import { renderScript, type ScriptPart } from "../node/script";
import { PORTS, type DataNode } from "./topology";

export interface EtcdArgs {
  /** This member's name. */
  readonly name: string;
  readonly voters: readonly DataNode[];
  /** State directory. On a data disk: a member that returns without its state cannot resume its identity. */
  readonly directory: string;
}

const JOIN_SCRIPT = "/usr/local/lib/ape/etcd-join";
const RESET_COMMAND = "ape-etcd-reset";
/** Environment of a member that joins an existing cluster. The join script writes it. */
export const JOINED = "/etc/ape/etcd-joined";

/** The files of an etcd member. */
export function etcdFiles(args: EtcdArgs): NodeFile[] {
  return [
    { path: "/etc/default/etcd", content: etcdEnvironment(args), restarts: "etcd.service" },
    { path: "/etc/systemd/system/etcd.service.d/40-ape.conf", content: DROP_IN, restarts: "etcd.service" },
    { path: JOIN_SCRIPT, content: joinScript(args), mode: "0755" },
    { path: `/usr/local/sbin/${RESET_COMMAND}`, content: resetScript(args), mode: "0755" },
  ];
}

/**
 * The complete /etc/default/etcd. All connections use mutual TLS. The state is Patroni's few keys; hourly compaction of the
 * history keeps log and memory small.
 */
function etcdEnvironment({ name, voters, directory }: EtcdArgs): string {
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
    // etcd reads these three only while the member has no state.
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
 * Drop-in of etcd.service. A member serves only with a majority: the first one waits for the second, whose node may still
 * be under creation.
 */
const DROP_IN = `[Unit]
StartLimitIntervalSec=0
[Service]
EnvironmentFile=-${JOINED}
ExecStartPre=+${JOIN_SCRIPT}
TimeoutStartSec=20min
Restart=always
RestartSec=2
`;

/**
 * A member that has lost its state must not return under its old identity: the other members would continue from a log
 * position that it no longer has. It is removed and rejoins. Without a majority to agree to that, it waits: starting a
 * second cluster is left to an operator, who runs ape-etcd-reset on the surviving member.
 */
function joinScript({ name, voters, directory }: EtcdArgs): string {
  return renderScript(join(__dirname, "scripts/etcd-join.sh"), {
    MEMBER: name,
    OWN_URL: `https://${dnsName(name)}:${PORTS.etcdPeer}`,
    PEERS: voters.filter((voter) => voter.name !== name).map((voter) => dnsName(voter.name)),
    CLIENT_PORT: PORTS.etcdClient,
    PEER_PORT: PORTS.etcdPeer,
    DIRECTORY: directory,
    JOINED,
    RESET_COMMAND,
    CA: TLS.ca,
    CERTIFICATE: TLS.certificate,
    KEY: TLS.key,
  });
}

function resetScript({ directory }: EtcdArgs): string {
  return renderScript(join(__dirname, "scripts/etcd-reset.sh"), { DIRECTORY: directory });
}

/** The local member. */
const ETCD_URL = `https://127.0.0.1:${PORTS.etcdClient}`;

/** Succeeds once the local member has a leader and can commit. */
export const ETCD_HEALTH = `ETCDCTL_API=3 etcdctl --endpoints=${ETCD_URL} --cacert=${TLS.ca} --cert=${TLS.certificate} --key=${TLS.key} endpoint health`;

/** The functions `etcd` and `move_etcd_leader`. */
export const ETCD: ScriptPart = {
  functions: [join(__dirname, "scripts/etcd.sh")],
  variables: { ETCD_URL, CA: TLS.ca, CERTIFICATE: TLS.certificate, KEY: TLS.key },
};

function variables(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
