#!/bin/bash
# Follows members to their new addresses, once they answer there: Sentinel restarts with corrected state. A replica that
# was never told of its master's new address restarts too.
set -euo pipefail

answers() { [[ $(cli "$ADMIN" "$1" "$REDIS_PORT" ping 2>/dev/null) == PONG ]]; }

for address in $(moved_addresses); do
  now=$(current_address "$address")
  answers "$now" || stop_with "the member that was at $address does not answer at $now yet"
  moved=yes
done
if [[ ${moved:-} == yes ]]; then systemctl restart redis-sentinel.service; fi

master=$(replication_field master_host)
if [[ -n $master && $(current_address "$master") != "$master" && $(replication_field master_link_status) == down ]]; then
  systemctl restart redis-server.service
fi
