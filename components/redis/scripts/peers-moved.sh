#!/bin/bash
# Follows members to their new addresses, once they answer there: Sentinel restarts with corrected state. A replica that
# follows the former address restarts too.
set -euo pipefail

systemctl is-active --quiet redis-sentinel.service || exit 0 # its start corrects its state

# await_answer ADDRESS: also while the server reads its data
await_answer() {
  local try
  for ((try = 1; try <= ANSWER_SECONDS; try++)); do
    if [[ $(cli "$ADMIN" "$1" "$REDIS_PORT" ping 2>/dev/null) == PONG ]]; then return 0; fi
    sleep 1
  done
  return 1
}

moved=
for address in $(moved_addresses); do
  moved=$(current_address "$address")
  await_answer "$moved" || stop_with "the member that was at $address does not answer at $moved"
done
if [[ -n $moved ]]; then systemctl restart redis-sentinel.service; fi

master=$(replication_field master_host)
if [[ -n $master && $(current_address "$master") != "$master" && $(replication_field master_link_status) == down ]]; then
  systemctl restart redis-server.service
fi
