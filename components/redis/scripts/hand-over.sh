#!/bin/bash

# hand_over: lets another member take over if this server is the master and $KEEP_MASTER does not exist. Writes are paused
# meanwhile and resume if no member takes over. Requires cli, replication_field and, depending on the mode:
#   candidates                      prints the members that may take over
#   request_takeover MEMBER         prints OK if the request was accepted
#   repeat_takeover MEMBER TRY      repeats the request if the member may have dropped it
#   has_taken_over MEMBER
hand_over() {
  [[ ! -e $KEEP_MASTER && $(replication_field role) == master ]] || return 0
  cli "$ADMIN" localhost "$REDIS_PORT" client pause "$PAUSE_MS" write >/dev/null
  local peer try
  for peer in $(candidates); do
    [[ $(request_takeover "$peer") == OK ]] || continue
    for ((try = 1; try <= HANDOVER_TRIES; try++)); do
      if has_taken_over "$peer"; then
        echo "handed over"
        return
      fi
      sleep 0.2
      repeat_takeover "$peer" "$try"
    done
  done
  cli "$ADMIN" localhost "$REDIS_PORT" client unpause >/dev/null
  echo "no other member took over"
}
