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
  local peer replicas
  replicas=$(online_replicas "$LEADER")
  if [[ -n $replicas ]]; then
    cli "$ADMIN" "$LEADER" "$REDIS_PORT" client pause "$PAUSE_MS" write >/dev/null
    if await_replicas "$replicas"; then
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
  fi
  echo "no other member took over"
  return 1
}

resume_writes() { cli "$ADMIN" "$LEADER" "$REDIS_PORT" client unpause >/dev/null; }

# await_replicas REPLICAS: waits until they have all that the paused master has written, so that no write is lost.
await_replicas() {
  local written replica end=$((SECONDS + CATCH_UP_SECONDS))
  written=$(field_of "$LEADER" master_repl_offset)
  [[ -n $written ]] || return 1
  for replica in $1; do
    until [[ $(offset_of "$replica") -ge $written ]]; do
      ((SECONDS <= end)) || return 1
      sleep 0.1
    done
  done
}

take_over() { # take_over MEMBER
  local try end=$((SECONDS + HANDOVER_SECONDS))
  [[ $(request_takeover "$1") == OK ]] || return 1
  for ((try = 1; SECONDS <= end; try++)); do
    if has_taken_over "$1"; then return 0; fi
    sleep 0.1
    repeat_takeover "$1" "$try"
  done
  return 1
}
