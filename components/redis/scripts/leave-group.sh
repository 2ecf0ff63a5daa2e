#!/bin/bash
# Makes a former member of a group a single server, once it leads the group with all its data. Nothing to do on a server that
# was no member.
set -uo pipefail

[[ -e $SENTINEL_STATE ]] || exit 0
mapfile -t PEERS < <(peers)

await_sync() { # until this server leads, or follows with all data
  local try
  for ((try = 1; try <= SYNC_SECONDS; try++)); do
    case $(replication_field role) in
      master) return 0 ;;
      slave) if [[ $(replication_field master_link_status) == up ]]; then return 0; fi ;;
    esac
    sleep 1
  done
  return 1
}

is_preferred() { # is_preferred PEER: whether the peer's Sentinel knows that this server is the next master
  cli "$SENTINEL_USER" "$1" "$SENTINEL_PORT" sentinel replicas "$MASTER_NAME" |
    awk -v own="$OWN" 'last == "ip" { ip = $0 } last == "slave-priority" && ip == own && $0 == 1 { found = 1 } { last = $0 }
      END { exit !found }'
}

await_preference() {
  local peer try
  for ((try = 1; try <= PREFERENCE_SECONDS; try++)); do
    for peer in "${PEERS[@]}"; do
      if is_preferred "$peer"; then
        PEERS=("$peer") # the one that is asked for the failover
        return 0
      fi
    done
    sleep 1
  done
  return 1
}

systemctl daemon-reload
systemctl start redis-server.service || stop_with "redis-server does not start"
await_sync ||
  stop_with "the group's master $(replication_field master_host) does not answer: this server may lack its newest data. Start that node, or accept the loss: rm $SENTINEL_STATE $STATE"
if [[ $(replication_field role) == slave ]]; then
  LEADER=$(replication_field master_host)
  # shellcheck disable=SC2034 # read by has_taken_over
  LEADER_ADDRESS=$LEADER
  cli "$ADMIN" localhost "$REDIS_PORT" config set replica-priority 1 >/dev/null
  await_preference || stop_with "no Sentinel prefers this server as master"
  hand_over || stop_with "$LEADER does not hand over"
  cli "$ADMIN" localhost "$REDIS_PORT" config set replica-priority "$PRIORITY" >/dev/null
fi
[[ $(replication_field role) == master ]] || stop_with "another member took over: $(replication_field master_host)"
for peer in $(peers); do # until they are deleted, they must not replace this server
  cli "$SENTINEL_USER" "$peer" "$SENTINEL_PORT" sentinel set "$MASTER_NAME" quorum "$NO_QUORUM" >/dev/null 2>&1 || true
done
systemctl disable --quiet --now redis-sentinel.service 2>/dev/null || true
rm "$SENTINEL_STATE"
