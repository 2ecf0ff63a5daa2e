#!/bin/bash

# While Patroni is paused, no member takes over and Patroni does not manage the server. On resume it finds a primary on a
# new timeline and makes it the leader; the standby, whose data is further ahead, is rewound.
stop_server() {
  if [[ $(ask "SELECT pg_is_in_recovery()") == t ]]; then
    stop_with "this is a standby; run it on $(leader)"
  fi
  trap '(($? == 0)) || echo "automatic failover is paused; re-enable it with: patronictl -c $PATRONI_CONFIG resume $SCOPE" >&2' EXIT
  patronictl -c "$PATRONI_CONFIG" pause --wait "$SCOPE"
  systemctl stop patroni.service
  as_postgres "$BIN_DIRECTORY/pg_ctl" --pgdata="$DATA_DIRECTORY" --mode=fast --timeout=600 stop
}

start_server() {
  as_postgres "$BIN_DIRECTORY/pg_ctl" --pgdata="$DATA_DIRECTORY" --timeout=86400 --log=/dev/null start 9>&-
}

# resume_operation BEGAN: BEGAN is the start of the restore, seconds since 1970.
resume_operation() {
  local began=$1 member
  systemctl start patroni.service
  until members | jq -e 'any(.[]; .role == "leader" and .state == "running")' >/dev/null; do sleep 1; done
  patronictl -c "$PATRONI_CONFIG" resume --wait "$SCOPE"
  echo "restored in $(($(date +%s) - began)) s; resynchronizing the standby"
  # The restart rewinds it: its own history extends past the restored point.
  for member in $(members | jq -r '.[] | select(.role != "leader").name'); do
    patronictl -c "$PATRONI_CONFIG" restart --force "$SCOPE" "$member" >/dev/null 2>&1 || true
    for ((try = 0; try < 300; try++)); do
      members | jq -e --arg member "$member" 'any(.[]; .name == $member and .state == "streaming")' >/dev/null && break
      sleep 2
    done
    ((try < 300)) || echo "$member does not replicate; re-create it with: patronictl -c $PATRONI_CONFIG reinit $SCOPE $member" >&2
  done
}
