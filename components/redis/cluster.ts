import { addressOf, type NodeFile, type Placed } from "../model/role";
import { CLI_FUNCTION } from "./cli";
import { USERS } from "./secrets";
import { BUS_PORT, REDIS_PORT } from "./endpoints";
import { indexOf, shardOf, SHARDS, slotsOf } from "./topology";

/** Brings a member into its cluster; done when the cluster is whole. */
export const JOIN_UNIT = "ape-redis-join.service";

/** Settings of a cluster's member. */
export function clusterSettings(self: Placed): string[] {
  const address = addressOf(self);
  return [
    "",
    "cluster-enabled yes",
    "cluster-config-file nodes.conf",
    "tls-cluster yes",
    `cluster-announce-ip ${address}`,
    `cluster-announce-tls-port ${REDIS_PORT}`,
    `cluster-announce-bus-port ${BUS_PORT}`,
    "# A master is replaced once most masters have not heard from it for so long; cut off, it stops after as long.",
    "cluster-node-timeout 5000",
    "# However old its data: a cache with old data is better than none.",
    "cluster-replica-validity-factor 0",
    "# Members stay where they are: a replica that wandered could end up in its master's zone.",
    "cluster-allow-replica-migration no",
    "# While one shard has no master, the others serve.",
    "cluster-require-full-coverage no",
  ];
}

/** Files of a cluster's member beyond its server's own. */
export function clusterFiles(self: Placed, members: readonly Placed[]): NodeFile[] {
  return [
    { path: "/usr/local/lib/ape/redis-join", mode: "0755", content: joinScript(self, members) },
    { path: `/etc/systemd/system/${JOIN_UNIT}`, content: UNIT },
  ];
}

const UNIT = `[Unit]
Description=Place in Redis' cluster
After=redis-server.service
Requires=redis-server.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/lib/ape/redis-join
TimeoutStartSec=600

[Install]
WantedBy=multi-user.target
`;

/**
 * Every member does the same, in any order and again at every boot: it meets the others, claims its shard's slots when
 * nobody has them and it is their first member, and otherwise follows whoever has them. A member whose disk was lost so
 * becomes a replica of the one that took its place.
 */
function joinScript(self: Placed, members: readonly Placed[]): string {
  const index = indexOf(self, members);
  const { first, last } = slotsOf(shardOf(index));
  const own = addressOf(self);
  return `#!/bin/bash
set -uo pipefail

${CLI_FUNCTION}
here() { cli ${USERS.admin} localhost ${REDIS_PORT} cluster "$@" 2>/dev/null; }
# Lines of CLUSTER NODES: id address flags master ping pong epoch link slots...
living() { here nodes | grep -vE ' (\\S*,)?(fail|noaddr|handshake)[, ]'; }
owner() { # the living master of slot ${first}
  living | awk '{ for (i = 9; i <= NF; i++) { split($i, r, "-"); if (r[1] + 0 <= ${first} && ${first} <= (r[2] == "" ? r[1] : r[2]) + 0 && $i !~ /\\[/) print $1 } }'
}
forget_former_self() { # a disk that was lost took its member's id along, and its address is now another's
  local id peer
  for peer in ${members.map(addressOf).join(" ")}; do
    for id in $(cli ${USERS.admin} "$peer" ${REDIS_PORT} cluster nodes 2>/dev/null |
      awk -v own="${own}:" '$3 ~ /noaddr/ || (index($2, own) == 1 && $3 ~ /fail/) { print $1 }'); do
      cli ${USERS.admin} "$peer" ${REDIS_PORT} cluster forget "$id" >/dev/null 2>&1
    done
  done
}

for ((try = 0; try < 300; try++)); do
  me=$(here myid)
  if [[ -n $me ]]; then
    for peer in ${members.map(addressOf).join(" ")}; do
      living | grep -q " $peer:" || here meet "$peer" ${REDIS_PORT} ${BUS_PORT} >/dev/null
    done
    owner=$(owner)
    if [[ -z $owner ]]; then
      ${index < SHARDS ? `[[ $(living | wc -l) -lt ${members.length} ]] || here addslotsrange ${first} ${last} >/dev/null` : ": # its master claims them"}
    elif [[ $owner != "$me" ]] && ! living | grep -q "myself,slave $owner "; then
      here replicate "$owner" >/dev/null
    elif [[ $(living | wc -l) == ${members.length} && $(here info | tr -d '\\r' | sed -n 's/^cluster_slots_ok://p') == 16384 ]]; then
      forget_former_self
      echo "in place: shard ${shardOf(index) + 1} of ${SHARDS}"
      exit 0
    fi
  fi
  sleep 1
done
echo "the cluster is not whole:" >&2
here nodes >&2
exit 1
`;
}
