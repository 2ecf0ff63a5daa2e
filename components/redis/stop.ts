import { addressOf, type Placed } from "../model/role";
import { CLI_FUNCTION, FIELD_FUNCTION } from "./cli";
import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "./endpoints";
import { USERS } from "./secrets";
import type { RedisMode } from "./topology";

/** Seconds that a server has to hand over and stop. */
export const STOP_SECONDS = 60;
/** While this file is there a master that is stopped does not hand over: it will be back. */
export const KEEP_MASTER = "/run/ape/redis-keep-master";
/**
 * Milliseconds for which writes wait at most while another member takes over: however long it takes on a busy machine, none
 * is accepted that would be lost. They go on at once when nobody takes over.
 */
const PAUSE_MS = STOP_SECONDS * 1000;
/** Fifths of a second that each of the others has to take over. */
const HANDOVER_TRIES = 75;

/**
 * Stops redis-server in order. A master hands over first, so that clients wait a second or two and not for Sentinels to
 * notice. Then the server is asked to stop until it does: it refuses while it writes its first append-only file after it
 * has become a replica, and would be asked only once.
 */
export function stopScript(self: Placed, members: readonly Placed[], mode: RedisMode): string {
  const own = addressOf(self);
  const peers = members.map(addressOf).filter((address) => address !== own);
  return `#!/bin/bash
set -uo pipefail
readonly SERVER=$1

${CLI_FUNCTION}
${mode === "single" ? "" : handOver(HANDOVER[mode](own, peers))}
while kill -TERM "$SERVER" 2>/dev/null; do
  for _ in 1 2 3 4 5; do
    sleep 0.2
    kill -0 "$SERVER" 2>/dev/null || exit 0
  done
done
`;
}

/** A loop head over the members that may take over, and what asks one of them to. */
interface Handover {
  readonly candidates: string;
  readonly ask: string;
  /** A condition: it has taken over. */
  readonly taken: string;
  /** Asks once more, where a request that the others don't answer in time is forgotten. */
  readonly again?: string;
}

/** Fifths of a second until a cluster's replica is asked again: it gives up after 5 s. Source: Redis, CLUSTER_MF_TIMEOUT. */
const FORGOTTEN_TRIES = 26;

const CLUSTER_FAILOVER = `cli ${USERS.admin} "$peer" ${REDIS_PORT} cluster failover`;

const HANDOVER: Readonly<Record<Exclude<RedisMode, "single">, (own: string, peers: readonly string[]) => Handover>> = {
  sentinel: (own, peers) => ({
    candidates: peers.join(" "),
    ask: `cli ${USERS.sentinel} "$peer" ${SENTINEL_PORT} sentinel failover ${MASTER_NAME}`,
    // Not this server's own role: Sentinels leave a former master as it is for some seconds.
    taken: `$(cli ${USERS.sentinel} "$peer" ${SENTINEL_PORT} sentinel get-master-addr-by-name ${MASTER_NAME} | head -n 1) != ${own}`,
  }),
  cluster: () => ({
    candidates: `$(cli ${USERS.admin} localhost ${REDIS_PORT} info replication | sed -n 's/^slave[0-9]*:ip=\\([0-9.]*\\),.*state=online.*/\\1/p')`,
    ask: CLUSTER_FAILOVER,
    taken: "$(role) != master",
    again: `((try % ${FORGOTTEN_TRIES})) || ${CLUSTER_FAILOVER} >/dev/null`,
  }),
};

function handOver({ candidates, ask, taken, again }: Handover): string {
  return `
${FIELD_FUNCTION}

role() { cli ${USERS.admin} localhost ${REDIS_PORT} info replication | field role; }

hand_over() {
  cli ${USERS.admin} localhost ${REDIS_PORT} client pause ${PAUSE_MS} write >/dev/null
  local peer try
  for peer in ${candidates}; do
    [[ $(${ask}) == OK ]] || continue
    for ((try = 1; try <= ${HANDOVER_TRIES}; try++)); do
      if [[ ${taken} ]]; then
        echo "handed over"
        return
      fi
      sleep 0.2${again === undefined ? "" : `\n      ${again}`}
    done
  done
  cli ${USERS.admin} localhost ${REDIS_PORT} client unpause >/dev/null
  echo "no other member takes over"
}

if [[ ! -e ${KEEP_MASTER} && $(role) == master ]]; then hand_over; fi
`;
}
