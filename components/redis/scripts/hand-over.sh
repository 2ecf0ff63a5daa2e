#!/bin/bash

# hand_over: lets another member take over from $LEADER, this server unless the script says otherwise, if that is the master
# and $KEEP_MASTER does not exist. Writes are paused until it is a replica, or until no member takes over. Fails if it is
# still the master afterwards. Requires cli, field_of and, depending on the mode:
#   candidates                      prints the members that may take over
#   request_takeover MEMBER         prints OK if the request was accepted
#   repeat_takeover MEMBER TRY      repeats the request if the member may have dropped it
#   has_taken_over MEMBER
#   step_down                       makes it a replica of the new master
hand_over() {
  [[ $(field_of "$LEADER" role) == master ]] || return 0
  if [[ -e $KEEP_MASTER ]]; then
    echo "stays the master: its data is being restored"
    return 1
  fi
  cli "$ADMIN" "$LEADER" "$REDIS_PORT" client pause "$PAUSE_MS" write >/dev/null
  local peer
  if await_replicas; then
    for peer in $(candidates); do
      take_over "$peer" || continue
      # Without step_down, writes stay paused: accepted by a former master, they would be lost.
      step_down || return 1
      resume_writes
      echo "handed over"
      return
    done
  fi
  resume_writes
  echo "no other member took over"
  return 1
}

resume_writes() { cli "$ADMIN" "$LEADER" "$REDIS_PORT" client unpause >/dev/null; }

# await_replicas: waits until all replicas have all that the paused master has written, so that no write is lost. Fails if
# there is none.
await_replicas() {
  local end=$((SECONDS + CATCH_UP_SECONDS))
  [[ -n $(online_replicas "$LEADER") ]] || return 1
  while ((SECONDS <= end)); do
    if have_all; then return 0; fi
    sleep 0.1
  done
  return 1
}

have_all() {
  local written replica
  written=$(field_of "$LEADER" master_repl_offset)
  for replica in $(online_replicas "$LEADER"); do
    [[ $(offset_of "$replica") -ge $written ]] || return 1
  done
}

take_over() { # take_over MEMBER
  local try end=$((SECONDS + HANDOVER_SECONDS))
  [[ $(request_takeover "$1") == OK ]] || return 1
  for ((try = 1; SECONDS <= end; try++)); do
    if has_taken_over "$1"; then return 0; fi
    sleep 0.2
    repeat_takeover "$1" "$try"
  done
  return 1
}
