import type { NodeFile } from "../model/role";
import { ASK } from "./console";
import { AWAIT_FUNCTION } from "./dump";

/** Restarts this node's server when the others can spare it. */
export const RESTART_SCRIPT = "/usr/local/sbin/ape-neo4j-restart";
/** Gives the place of a member whose disk was lost to the one that took its address. */
export const READMIT_SCRIPT = "/usr/local/sbin/ape-neo4j-readmit";

/** What an operator runs by hand. */
export function operationsFiles(clustered: boolean): NodeFile[] {
  return [
    { path: RESTART_SCRIPT, mode: "0755", content: clustered ? RESTART_MEMBER : RESTART_SINGLE },
    ...(clustered ? [{ path: READMIT_SCRIPT, mode: "0755", content: READMIT }] : []),
  ];
}

const RESTART_SINGLE = `#!/bin/bash
# Restarts Neo4j and waits until it serves.
set -euo pipefail

${AWAIT_FUNCTION}
systemctl stop neo4j.service
start_server || { echo "Neo4j does not serve" >&2; exit 1; }
`;

/** What must be nothing before a member may go. Source: Neo4j's upgrade guide, "in-place rolling". */
export const UNSETTLED = {
  servers:
    "SHOW SERVERS YIELD state, health, hosting, requestedHosting WHERE state <> 'Enabled' OR health <> 'Available' OR hosting <> requestedHosting RETURN count(*) AS unsettled",
  databases:
    "SHOW DATABASES YIELD currentStatus, requestedStatus WHERE currentStatus <> requestedStatus RETURN count(*) AS unsettled",
} as const;

const RESTART_MEMBER = `#!/bin/bash
# Restarts this member of the cluster: only while all others serve and nothing is on its way to another member. Run it on
# one member after the other.
set -euo pipefail

count() { ${ASK} system "$1" 2>/dev/null | jq -r '.data.values[0][0]'; }
settled() {
  [[ $(count "${UNSETTLED.servers}") == 0 && $(count "${UNSETTLED.databases}") == 0 ]] && ${ASK} available
}
await_settled() { # up to ten minutes
  local try
  for ((try = 0; try < 300; try++)); do
    if settled 2>/dev/null; then return 0; fi
    sleep 2
  done
  echo "the cluster does not settle: neo4j-ask system 'SHOW SERVERS'" >&2
  return 1
}

await_settled
# The unit tries again by itself; what counts is whether the cluster settles.
systemctl restart neo4j.service || echo "the start failed; waiting for the next" >&2
await_settled
`;

/** What moves the databases of a server away from it, and forgets it. Source: Operations Manual, "Managing servers in a cluster". */
export const FORGET = (server: string): readonly string[] => [
  `CALL dbms.cluster.cordonServer('${server}')`,
  `DEALLOCATE DATABASES FROM SERVER '${server}'`,
  `DROP SERVER '${server}'`,
];

/** Servers that are gone, and whose address another one has now. */
export const GONE =
  "SHOW SERVERS YIELD serverId, address, health RETURN serverId, address, health = 'Available' AS available";

const READMIT = `#!/bin/bash
# After a member came back with a blank disk: the cluster takes it for a new one and waits for the old one for ever. Gives
# the old one's databases to the new one and forgets the old one. Run it on the member that writes to the database system.
set -euo pipefail

system() { ${ASK} system "$1"; }
${ASK} system-writable || { echo "this member does not write to the database system; run it on the one that does" >&2; exit 1; }
gone=$(system "${GONE}" |
  jq -r '[.data.values[] | select(.[2]) | .[1]] as $present | .data.values[] | select((.[2] | not) and (.[1] | IN($present[]))) | .[0]')
[[ -n $gone ]] || { echo "no member is gone whose address another one has"; exit 0; }
for server in $gone; do
  system "${FORGET("$server")[0]}" >/dev/null
  system "${FORGET("$server")[1]}" >/dev/null
  for ((try = 0; try < 300; try++)); do # copying the graph takes as long as it is large
    system "${FORGET("$server")[2]}" >/dev/null 2>&1 && break
    sleep 2
  done
  ((try < 300)) || { echo "$server still holds databases: neo4j-ask system 'SHOW SERVERS'" >&2; exit 1; }
  echo "forgot $server"
done
`;
