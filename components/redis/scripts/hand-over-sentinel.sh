#!/bin/bash
# hand_over's steps in sentinel mode.

candidates() { printf '%s\n' "${PEERS[@]}"; }

request_takeover() { cli "$SENTINEL_USER" "$1" "$SENTINEL_PORT" sentinel failover "$MASTER_NAME"; }

repeat_takeover() { :; } # Sentinel does not drop a failover that it accepted

# Polls the Sentinel, not this server's role: Sentinels reconfigure a former master only after some seconds.
has_taken_over() {
  [[ $(cli "$SENTINEL_USER" "$1" "$SENTINEL_PORT" sentinel get-master-addr-by-name "$MASTER_NAME" | head -n 1) != "$OWN" ]]
}
