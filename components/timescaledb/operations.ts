import type { NodeFile } from "../model/role";
import { ETCD_HEALTH, JOINED } from "./etcd";
import { PATRONI_CONFIG, SCOPE } from "./patroni";
import { SOCKET_DIRECTORY } from "./topology";

/** Puts settings in force that wait for a restart; for people. */
export const RESTART_SCRIPT = "/usr/local/sbin/ape-timescaledb-restart";

/** Makes a data node the primary that is left alone; for people. */
export const PROMOTE_SCRIPT = "/usr/local/sbin/ape-timescaledb-promote";

/** What people do with a pair of data nodes that Patroni doesn't do by itself. */
export function operationFiles(): NodeFile[] {
  return [
    { path: RESTART_SCRIPT, content: RESTART, mode: "0755" },
    { path: PROMOTE_SCRIPT, content: PROMOTE, mode: "0755" },
  ];
}

const PATRONICTL = `patronictl -c ${PATRONI_CONFIG}`;

const MEMBERS = `members() { ${PATRONICTL} list --format json 2>/dev/null; }
leader() { members | jq -r '.[] | select(.Role == "Leader").Member'; }`;

/**
 * The standby first, since it must allow at least what the primary does; then it takes over, and the former primary
 * follows. Where a limit is lowered Patroni holds it back until the primary has the lower one: hence several rounds.
 */
const RESTART = `#!/bin/bash
# Puts settings in force that wait for a restart: on the standby, then by a switchover on the former primary.
set -euo pipefail
if (($# > 0)); then
  echo "Usage: ape-timescaledb-restart    Writes wait for some seconds during the switchover." >&2
  exit 2
fi
${MEMBERS}
pending() { members | jq -r '.[] | select(."Pending restart" != null and ."Pending restart" != "").Member'; }
whole() { members | jq -e 'any(.[]; .Role == "Leader" and .State == "running") and any(.[]; .Role == "Sync Standby" and .State == "streaming")' >/dev/null; }
await_whole() {
  for ((try = 0; try < 300; try++)); do
    if whole; then return 0; fi
    sleep 1
  done
  echo "the standby is not in step: nothing more is restarted" >&2
  exit 1
}

for round in 1 2 3; do
  await_whole
  waiting=$(pending)
  if [[ -z $waiting ]]; then
    echo "no setting waits for a restart"
    exit 0
  fi
  for member in $waiting; do
    [[ $member != "$(leader)" ]] || continue
    echo "restarting $member"
    ${PATRONICTL} restart --pending --force ${SCOPE} "$member"
    sleep 6 # until Patroni has looked again
    await_whole
  done
  if grep -qx "$(leader)" <<<"$(pending)"; then
    echo "round $round: switching over from $(leader)"
    ${PATRONICTL} switchover --force ${SCOPE}
    sleep 6
  fi
done
echo "settings still wait for a restart: $(pending | tr '\\n' ' ')" >&2
exit 1
`;

/**
 * With two of three zones gone nobody has a majority, and the standby waits. That the others are off for good is nothing
 * that this node can know: whoever says so must have switched them off.
 */
const PROMOTE = `#!/bin/bash
# Makes this data node the primary when the other data node and the witness are gone for good.
set -euo pipefail
if [[ \${1:-} != --others-are-off ]]; then
  cat >&2 <<'USAGE'
Usage: ape-timescaledb-promote --others-are-off
First switch off the other data node and the witness, and see to it that they only come back with blank disks: with their
old ones they would be a second cluster. Then run this as root on the data node that is left.
USAGE
  exit 2
fi
if timeout 10 bash -c '${ETCD_HEALTH}' >/dev/null 2>&1; then
  echo "etcd has its majority: Patroni decides, see ${PATRONICTL} list" >&2
  exit 1
fi
echo "making this node etcd's only member"
systemctl stop etcd.service
echo ETCD_FORCE_NEW_CLUSTER=true >>${JOINED}
trap 'sed -i /ETCD_FORCE_NEW_CLUSTER/d ${JOINED}' EXIT
systemctl start etcd.service
sed -i /ETCD_FORCE_NEW_CLUSTER/d ${JOINED}
systemctl restart etcd.service
for ((try = 0; try < 120; try++)); do
  [[ $(runuser -u postgres -- psql -XAtqh ${SOCKET_DIRECTORY} postgres -c 'SELECT pg_is_in_recovery()' 2>/dev/null) != f ]] || break
  # Patroni waits until the old leader's time is over, and then may want to be told.
  if ((try % 20 == 19)); then ${PATRONICTL} failover --force --candidate "$(hostname)" ${SCOPE} >/dev/null 2>&1 || true; fi
  sleep 1
done
((try < 120)) || { echo "this node did not become the primary; see journalctl -u patroni" >&2; exit 1; }
echo "this node is the primary; bring the others back with blank disks"
`;
