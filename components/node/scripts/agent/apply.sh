#!/bin/bash

# Changes of the node: which bootstrap it runs, and the way back.
# The parts of a script share variables.
# shellcheck disable=SC2004,SC2034,SC2153

good() { # prints the hash of the last bootstrap that worked
  basename "$(readlink "$STATE/current")" .sh
}

ordered() { # ordered FIELD: of the newest order that the node has read
  jq -r --arg field "$1" '.[$field] // ""' "$STATE/order.json"
}

load_roles() { # reads what the bootstrap says of the node's roles and of its peers
  ROLES=() PEERS=()
  # shellcheck source=/dev/null
  [[ ! -e $ROLES_FILE ]] || source "$ROLES_FILE"
}

# A reboot runs what worked before. A machine that became what the order asks for runs the order.
boot_again() {
  local last target machine
  last=$(good)
  target=$last
  machine=$(PATIENCE=30 retry machine_type) || machine=$(<"$STATE/machine")
  if PATIENCE=30 retry read_order >"$RUNTIME/order.boot"; then keep "$STATE/order.json" <"$RUNTIME/order.boot"; fi
  if [[ $machine != "$(<"$STATE/machine")" && $machine == "$(ordered machine)" ]]; then target=$(ordered bootstrap); fi
  grep -qs ^serving "$RUNTIME/phase" || phase booting
  if [[ $target == "$last" ]]; then
    PATIENCE=30 run "$last"
    keep_good "$last" "$machine"
  else
    change "$target" "$machine" || [[ $? == 1 ]] || exit 1
  fi
}

# Runs the ordered bootstrap, for example again after the cause of its failure is gone.
apply_order() {
  lock
  REASON_FILE=$RUNTIME/reason
  read_order >"$RUNTIME/order.boot" && keep "$STATE/order.json" <"$RUNTIME/order.boot"
  apply "$(ordered bootstrap)"
}

apply() { # apply SHA: on a running node
  local applied=0
  SECONDS=0
  lock
  REASON_FILE=$RUNTIME/reason
  phase applying
  if (hand_over_all); then
    change "$1" "$(<"$STATE/machine")" || applied=$?
  else
    remember_failure "$1"
    applied=1
  fi
  resume_all
  if ((applied < 2)); then phase serving; else phase failed; fi
  return "$applied"
}

again() { # runs the last good bootstrap again, for what it could not do or what was undone on request
  SECONDS=0
  lock
  REASON_FILE=$RUNTIME/reason
  if PATIENCE=30 run "$(good)"; then phase serving; else phase failed; fi
}

# change SHA MACHINE: runs another bootstrap. If it fails, the last good one runs again: status 1, or 2 if that fails too.
change() {
  local last
  last=$(good)
  rm -f "$STATE/failed" "$STATE/failure"
  if (PATIENCE=120 fetch_bootstrap "$1") && PATIENCE=120 run "$1" && await_step; then
    keep_good "$1" "$2"
    find "$STATE" -maxdepth 1 -name '*.sh' ! -name "$1.sh" -delete
    return 0
  fi
  remember_failure "$1"
  say "going back to $last"
  PATIENCE=30 run "$last" && return 1
  keep "$STATE/failure" <<<"$(<"$STATE/failure"); the last good bootstrap fails too: $(<"$RUNTIME/reason")"
  return 2
}

remember_failure() { # remember_failure SHA: which is not tried again until another order came
  cp "$RUNTIME/reason" "$STATE/failure"
  echo "$1" >"$STATE/failed"
}

resume_all() { # each role takes part in elections again
  local role
  load_roles
  for role in "${ROLES[@]}"; do
    [[ -z ${RESUME[$role]:-} ]] || timeout "$COMMAND_SECONDS" bash -c "${RESUME[$role]}" >/dev/null 2>&1 ||
      say "$role: cannot take part in elections again"
  done
  rm -f "$STATE/draining"
}

hand_over_all() { # each role's leadership moves to another member before anything restarts
  local role
  load_roles
  for role in "${ROLES[@]}"; do
    [[ -z ${HAND_OVER[$role]:-} ]] || hand_over "$role" || fail "$role does not hand over: $OUTPUT"
  done
}

hand_over() { # hand_over ROLE
  OUTPUT=$(timeout "$COMMAND_SECONDS" bash -c "${HAND_OVER[$1]}" 2>&1 | tail -n 3 | tr '\n' '|'; exit "${PIPESTATUS[0]}")
}

await_step() { # every role has all acknowledged data of its group
  local role seconds
  load_roles
  for role in "${ROLES[@]}"; do
    for ((seconds = 0; seconds < STEP_SECONDS; seconds += 2)); do
      ! timeout "$CHECK_SECONDS" bash -c "${IN_STEP[$role]:-${HEALTH[$role]}}" >/dev/null 2>&1 || continue 2
      sleep 2
    done
    (fail "$role is not in step after $STEP_SECONDS s") || return 1
  done
}
