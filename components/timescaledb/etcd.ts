import { TLS } from "../node/bootstrap/bundle";
import { dnsName, type NodeFile } from "../node/role";
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
const DROP_IN = `[Service]
EnvironmentFile=-${JOINED}
ExecStartPre=+${JOIN_SCRIPT}
TimeoutStartSec=20min
Restart=always
RestartSec=2
`;

/**
 * A member that has lost its state must not come back under its old identity: the others would send it what follows on a
 * log that it no longer has. It is removed and joins anew. When no majority is left to ask, it must not start a second
 * cluster beside what the survivor knows either: somebody decides that with ape-etcd-reset on the survivor.
 */
function joinScript({ name, voters, directory }: EtcdArgs): string {
  const own = `https://${dnsName(name)}:${PORTS.etcdPeer}`;
  const others = voters.filter((voter) => voter.name !== name).map((voter) => dnsName(voter.name));
  return `#!/bin/bash
# Runs before each start of etcd: a member without its state joins the cluster that is there.
set -uo pipefail
[[ ! -d ${directory}/member ]] || exit 0
rm -f ${JOINED}

ask() { # ask PEER COMMAND...
  local peer=$1
  shift
  ETCDCTL_API=3 etcdctl --command-timeout=5s --endpoints="https://$peer:${PORTS.etcdClient}" --cacert=${TLS.ca} \
    --cert=${TLS.certificate} --key=${TLS.key} "$@" 2>/dev/null
}

for peer in ${others.join(" ")}; do
  members=$(ask "$peer" member list) || continue
  # Lines: id, status, name, peer URLs, client URLs, learner. Only who has served has client URLs.
  known=$(grep -F "${own}" <<<"$members")
  if [[ -z $known || $known == *":${PORTS.etcdClient}, "* ]]; then
    echo "joining anew by $peer"
    [[ -z $known ]] || ask "$peer" member remove "\${known%%,*}" >/dev/null || exit 1
    ask "$peer" member add ${name} --peer-urls=${own} >/dev/null || exit 1
  fi
  echo ETCD_INITIAL_CLUSTER_STATE=existing >${JOINED}
  exit 0
done

# Nobody has a majority. Who is up may still know this member from before.
for peer in ${others.join(" ")}; do
  curl -fsS --max-time 5 --cacert ${TLS.ca} --cert ${TLS.certificate} --key ${TLS.key} "https://$peer:${PORTS.etcdPeer}/members" 2>/dev/null |
    jq -e 'any(.[]; .name == "${name}" and (.clientURLs | length) > 0)' >/dev/null || continue
  echo "etcd has lost its majority and this member its state: run ${RESET_SCRIPT.split("/").at(-1)!} on $peer" >&2
  exit 1
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
