import { TLS } from "../model/tls";
import { dnsName, type NodeFile } from "../model/role";
import { PORTS, type DataNode } from "./topology";

export interface EtcdArgs {
  /** This member's name. */
  readonly name: string;
  readonly voters: readonly DataNode[];
  /** On a data disk: a member that comes back without its state would be a stranger to the others. */
  readonly directory: string;
}

const JOIN_SCRIPT = "/usr/local/lib/ape/etcd-join";
const RESET_SCRIPT = "/usr/local/sbin/ape-etcd-reset";
/** How a member joins that is not there from the start; written by the join script. */
export const JOINED = "/etc/ape/etcd-joined";

/** What a member of etcd brings to its node. */
export function etcdFiles(args: EtcdArgs): NodeFile[] {
  return [
    { path: "/etc/default/etcd", content: etcdEnvironment(args), restarts: "etcd.service" },
    { path: "/etc/systemd/system/etcd.service.d/40-ape.conf", content: DROP_IN, restarts: "etcd.service" },
    { path: JOIN_SCRIPT, content: joinScript(args), mode: "0755" },
    { path: RESET_SCRIPT, content: resetScript(args), mode: "0755" },
  ];
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
 * A member that has lost its state must not come back under its old identity: the others would send it what follows on a
 * log that it no longer has. It is removed and joins anew. When the others have no majority to agree on that, it waits: a
 * second cluster beside them is nothing to start by itself. Somebody decides that, with ape-etcd-reset on the survivor.
 */
function joinScript({ name, voters, directory }: EtcdArgs): string {
  const own = `https://${dnsName(name)}:${PORTS.etcdPeer}`;
  const others = voters.filter((voter) => voter.name !== name).map((voter) => dnsName(voter.name));
  return `#!/bin/bash
# Runs before each start of etcd: a member without its state joins the cluster that is there, if one is.
set -uo pipefail
[[ ! -d ${directory}/member ]] || exit 0
rm -f ${JOINED}

ask() { # ask PEER COMMAND...
  local peer=$1
  shift
  ETCDCTL_API=3 etcdctl --command-timeout=5s --endpoints="https://$peer:${PORTS.etcdClient}" --cacert=${TLS.ca} \
    --cert=${TLS.certificate} --key=${TLS.key} "$@" 2>/dev/null
}
members() { # members PEER: as the peer knows them, also without a majority
  curl -fsS --http1.1 --max-time 5 --cacert ${TLS.ca} --cert ${TLS.certificate} --key ${TLS.key} "https://$1:${PORTS.etcdPeer}/members" 2>/dev/null
}
served='(.clientURLs // [] | length) > 0' # a member publishes them once it serves
own='.peerURLs[0] == "${own}"'

while true; do
  cluster=
  for peer in ${others.join(" ")}; do
    known=$(members "$peer") || continue
    jq -e "any(.[]; $served)" >/dev/null <<<"$known" || continue
    cluster=$peer
    if ! jq -e "any(.[]; $own and ($served | not))" >/dev/null <<<"$known"; then
      # Lines: id, status, name, peer URLs, client URLs, learner.
      listed=$(ask "$peer" member list) || continue
      echo "joining anew by $peer"
      former=$(grep -F "${own}" <<<"$listed")
      [[ -z $former ]] || ask "$peer" member remove "\${former%%,*}" >/dev/null || continue
      ask "$peer" member add ${name} --peer-urls=${own} >/dev/null || continue
      known=$(members "$peer") || continue
    fi
    # Exactly those that are members now, each by the name that its address begins with.
    jq -r '"ETCD_INITIAL_CLUSTER=" + (map(.peerURLs[0] | capture("https://(?<name>[^.]+)").name + "=" + .) | join(","))' \
      <<<"$known" >${JOINED}
    echo ETCD_INITIAL_CLUSTER_STATE=existing >>${JOINED}
    exit 0
  done
  [[ -n $cluster ]] || exit 0
  echo "this member has no state, and the others have no majority: waiting for them"
  echo "if their disks are lost as well: run ${RESET_SCRIPT.split("/").at(-1)!} on $cluster" >&2
  sleep 5
done
`;
}

/** Patroni's keys are made anew from what the data nodes have. */
function resetScript({ directory }: EtcdArgs): string {
  return `#!/bin/bash
# Forgets etcd's state on this node, for the case that the other members have lost theirs. Patroni makes it anew.
set -euo pipefail
if [[ \${1:-} != --majority-is-lost ]]; then
  echo "Usage: ape-etcd-reset --majority-is-lost    Only when the other members' disks are gone. Their state is kept aside." >&2
  exit 2
fi
systemctl stop etcd.service
rm -rf ${directory}/before-reset
if [[ -d ${directory}/member ]]; then mv ${directory}/member ${directory}/before-reset; fi
systemctl start --no-block etcd.service
`;
}

/** Succeeds once the local member has a leader and can commit. */
export const ETCD_HEALTH = `ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:${PORTS.etcdClient} --cacert=${TLS.ca} --cert=${TLS.certificate} --key=${TLS.key} endpoint health`;

function variables(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
