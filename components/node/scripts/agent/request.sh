#!/bin/bash

# The deployer's requests: to hand over leadership, and to leave a node.
# The parts of a script share variables.
# shellcheck disable=SC2004,SC2034,SC2153

answer() { # does what the newest request asks of this node's roles
  local role problem=''
  [[ $REQUEST_ID != "$ANSWERED" ]] || return 0
  [[ -z $APPLYING ]] || return 0
  for role in "${ROLES[@]}"; do
    if [[ " $LEAVE " == *" $role "* ]]; then
      leave "$role" || problem+="$role cannot leave: $OUTPUT "
    elif [[ " $HANDING_OVER " == *" $role "* ]]; then
      drain "$role" || problem+="$role does not hand over: $OUTPUT "
    else
      take_part "$role"
    fi
  done
  REQUEST_PROBLEM=${problem% }
  [[ -z $problem ]] || return 0
  check_now
  ANSWERED=$REQUEST_ID
  keep "$STATE/answered" <<<"$ANSWERED"
}

drain() { # drain ROLE
  [[ -z ${HAND_OVER[$1]} ]] || hand_over "$1" || return 1
  mark "$1" draining
}

leave() { # leave ROLE: its disk is about to be detached
  ! marked "$1" left || return 0
  drain "$1" || return 1
  OUTPUT=$(stop_role "$1" 2>&1 | tail -n 3 | tr '\n' '|'; exit "${PIPESTATUS[0]}") || return 1
  mark "$1" left
}

stop_role() { # stop_role ROLE
  local unit units=()
  read -ra units <<<"${UNITS[$1]}"
  for unit in "${units[@]}"; do systemctl stop "$unit" || return 1; done
  [[ -z ${MOUNTS[$1]} ]] || ! mountpoint -q "${MOUNTS[$1]}" || umount "${MOUNTS[$1]}"
}

take_part() { # take_part ROLE: again, after it handed over or left
  if marked "$1" left; then
    unmark "$1" left
    AGAIN=yes # the bootstrap mounts the disk and starts the units
  fi
  marked "$1" draining || return 0
  unmark "$1" draining
  [[ -z ${RESUME[$1]} ]] || timeout "$COMMAND_SECONDS" bash -c "${RESUME[$1]}" >/dev/null 2>&1 || true
}

marked() { grep -qsx "$1" "$STATE/$2"; }
mark() { marked "$1" "$2" || echo "$1" >>"$STATE/$2"; }

unmark() {
  sed -i "/^$1\$/d" "$STATE/$2"
  [[ -s $STATE/$2 ]] || rm "$STATE/$2"
}
