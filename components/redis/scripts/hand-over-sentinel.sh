#!/bin/bash
# hand_over's steps in sentinel mode.

candidates() { printf '%s\n' "${PEERS[@]}"; }

request_takeover() { cli "$SENTINEL_USER" "$1" "$SENTINEL_PORT" sentinel failover "$MASTER_NAME"; }

repeat_takeover() { :; } # Sentinel does not drop a failover that it accepted

# Polls the Sentinel, not the server's role: Sentinels reconfigure a former master only after some seconds.
has_taken_over() {
  master=$(ask_sentinel "$1")
  [[ -n $master && $master != "$LEADER_ADDRESS" ]]
}

# Does what Sentinels do some seconds later: the server follows the new master, and its clients look for it.
step_down() {
  [[ $(as_sentinel <<<"slaveof $master $REDIS_PORT"$'\n'"client kill type normal") == OK* ]] || return 1
  as_sentinel config rewrite >/dev/null
}

as_sentinel() { cli "$SENTINEL_USER" "$LEADER" "$REDIS_PORT" "$@"; }
