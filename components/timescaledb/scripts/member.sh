#!/bin/bash
# timescaledb-member leads | in-step | hand-over | reports: how this data node takes part in a rolling change.
set -uo pipefail

leads() { patroni patroni | jq -e '.role == "primary"' >/dev/null; }

# A standby is in step while the primary waits for it to acknowledge each commit, and it has applied what it received.
in_step() {
  etcd endpoint health >/dev/null 2>&1 || return
  patroni cluster | jq -e --arg own "$MEMBER" --argjson lag "$LAG" '.pause != true and any(.members[]; .name == $own and (
    .role == "leader" and .state == "running" or
    .role == "sync_standby" and .state == "streaming" and (.lag | type) == "number" and .lag <= $lag))' >/dev/null
}

# Only a standby in step can take over without loss, and it may still be catching up. patronictl waits for up to 20 s, and
# its exit status does not say whether the switchover succeeded.
hand_over() {
  local try other said=
  for ((try = 0; try < 30 && SECONDS < 35; try++)); do
    leads || return 0
    other=$(patroni cluster | jq -r 'first(.members[] | select(.role == "sync_standby" and .state == "streaming").name)')
    if [[ -n $other ]]; then
      said=$(patronictl -c "$PATRONI_CONFIG" switchover --force --leader "$MEMBER" --candidate "$other" "$SCOPE" 2>&1)
    fi
    sleep 1
  done
  echo "no standby took over from $MEMBER: ${said:-none replicates synchronously}" >&2
  return 1
}

case "$1" in
  leads) leads ;;
  in-step) in_step ;;
  hand-over) move_etcd_leader && hand_over ;;
  reports)
    patroni cluster | jq -r --arg own "$MEMBER" '[(.members[] | select(.name == $own) | .role, .state, "timeline \(.timeline)",
      if .pending_restart then "restart pending" else empty end), if .pause then "failover paused" else empty end] |
      join(", ")'
    ;;
  *) exit 64 ;;
esac
