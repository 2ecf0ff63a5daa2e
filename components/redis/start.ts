import { TLS } from "../node/bootstrap/bundle";
import { addressOf, secretMark, type Placed } from "../node/role";
import { DATA } from "./configuration";
import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "./endpoints";
import { SERVER_SECRET, USERS } from "./secrets";

/** Where redis-server's own file is: it says who replicates whom, and Sentinel has it rewritten. */
export const STATE = `${DATA}/redis.conf`;

/**
 * Runs before each start of redis-server. Whom to replicate: whom the living Sentinels call master; otherwise whom the
 * file says that was there before; at the very first start the first member. A former master that comes back so
 * never takes itself for the master still.
 */
export function startScript(self: Placed, members: readonly Placed[]): string {
  const own = addressOf(self);
  const peers = members.map(addressOf).filter((address) => address !== own);
  const first = addressOf(members[0]!);
  return `#!/bin/bash
set -euo pipefail

master=
for peer in ${peers.join(" ")}; do
  answer=$(REDISCLI_AUTH="$(cat /etc/redis/sentinel.password)" timeout 2 redis-cli --no-auth-warning --tls --cacert ${TLS.ca} \\
    --user ${USERS.sentinel} -h "$peer" -p ${SENTINEL_PORT} sentinel get-master-addr-by-name ${MASTER_NAME} 2>/dev/null | head -n 1) || true
  if [[ $answer =~ ^[0-9.]+$ ]]; then
    master=$answer
    break
  fi
done

if [[ -z $master ]]; then
  if [[ -e ${STATE} ]]; then
    master=$(sed -n 's/^replicaof \\([0-9.]*\\) .*/\\1/p' ${STATE})
  else
    master=${first}
  fi
fi

{
  echo "include /etc/redis/ape.conf"
  if [[ -n $master && $master != ${own} ]]; then
    echo "replicaof $master ${REDIS_PORT}"
  fi
} >${STATE}.new
mv ${STATE}.new ${STATE}
`;
}

/** A cluster keeps who replicates whom in a file of its own. */
export const CLUSTER_START = `#!/bin/bash
set -euo pipefail

echo "include /etc/redis/ape.conf" >${STATE}.new
mv ${STATE}.new ${STATE}
`;

/** The password by which the start script asks the Sentinels; readable by Redis only. */
export const SENTINEL_PASSWORD = secretMark(SERVER_SECRET, "sentinel");
