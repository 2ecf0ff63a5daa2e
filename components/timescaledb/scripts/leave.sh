#!/bin/bash
# Makes a data node of a pair a single server: it becomes the primary, so that it holds all data, then leaves Patroni and
# etcd. Fails rather than continue with stale data. A no-op on a node that is no longer in a pair, or never was.
set -euo pipefail

as_postgres() { runuser -u postgres -- "$@"; }
ask() { as_postgres psql -XAtqh "$SOCKET_DIRECTORY" -d postgres -c "$1" 2>/dev/null; }

forget_peers() {
  local others
  others=$(grep -vxF -f "$PEERS" /etc/hosts)
  echo "$others" >/etc/hosts
}
await_primary() { # a standby takes over only once it holds all data
  local try own
  for ((try = 0; try < 120; try++)); do
    own=$(members | jq -r --arg own "$MEMBER" '.[] | select(.name == $own) | "\(.role) \(.state)"') || own=
    case $own in
      "leader running") if [[ $(ask "SELECT pg_is_in_recovery()") == f ]]; then return 0; fi ;;
      "sync_standby streaming") patronictl -c "$PATRONI_CONFIG" switchover --force --candidate "$MEMBER" "$SCOPE" >/dev/null || true ;;
    esac
    sleep 2
  done
  echo "$MEMBER did not become the primary (${own:-Patroni does not answer}), so its data may be stale; set highAvailability" \
    "back to true, and see patronictl -c $PATRONI_CONFIG list" >&2
  return 1
}

server() { as_postgres "$BIN_DIRECTORY/pg_ctl" --pgdata="$DATA_DIRECTORY" --timeout=600 --silent "$@"; }

# The other members still run: this one becomes the primary, and then no other can.
leave_pair() {
  systemctl start patroni.service
  await_primary
  # While failover is paused, Patroni stops without stopping the server, and the standby does not take over.
  trap 'patronictl -c "$PATRONI_CONFIG" resume "$SCOPE"; forget_peers' EXIT
  [[ $(patroni config | jq .pause) == true ]] || patronictl -c "$PATRONI_CONFIG" pause --wait "$SCOPE"
  await_primary
  systemctl stop patroni.service
  # From now on the standby lacks data. Only members named here may take over.
  etcd put "/service/$SCOPE/sync" "{\"leader\":\"$MEMBER\",\"sync_standby\":null}" >/dev/null
  patronictl -c "$PATRONI_CONFIG" resume "$SCOPE" 2>/dev/null
  trap forget_peers EXIT
}

# The other members stopped before, and etcd lost its majority: Patroni then keeps even the last primary read-only.
leave_alone() {
  local last
  last=$(etcd get --consistency=s --print-value-only "/service/$SCOPE/sync" | jq -r .leader) || last=
  if [[ $last != "$MEMBER" ]]; then
    echo "etcd has no majority, and the last primary was ${last:-another member}, so the data of $MEMBER may be stale; set" \
      "highAvailability back to true" >&2
    return 1
  fi
  systemctl stop patroni.service
  if [[ -e $DATA_DIRECTORY/standby.signal ]]; then
    server status >/dev/null || server --log=/dev/null start
    server promote
  fi
}

leave() {
  if [[ ! -e $PATRONI_CONFIG ]]; then
    echo "the data disk belongs to a pair, but this machine is new: first deploy with highAvailability true" >&2
    return 1
  fi
  # The plan no longer contains the other members.
  trap forget_peers EXIT
  cat "$PEERS" >>/etc/hosts
  systemctl unmask --quiet etcd.service patroni.service
  timeout 120 systemctl start etcd.service
  if etcd endpoint health >/dev/null 2>&1; then leave_pair; else leave_alone; fi
  if server status >/dev/null; then server --mode=fast stop; fi
  systemctl stop etcd.service
  rm -rf "$ETCD_DIRECTORY" "$DATA_DIRECTORY/patroni.dynamic.json"
}

if [[ -d $ETCD_DIRECTORY/member ]]; then leave; fi
systemctl mask --quiet patroni.service etcd.service
