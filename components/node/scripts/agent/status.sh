#!/bin/bash

# The node's status: what it is, what it runs and how its roles are.
# The parts of a script share variables.
# shellcheck disable=SC2004,SC2034,SC2153

# Writes a line for each role: name, healthy, in step, leads, and what it reports; then the round's microseconds.
check_roles() {
  local role healthy in_step leads began=${EPOCHREALTIME/./}
  for role in "${ROLES[@]}"; do
    healthy=$(verdict "${HEALTH[$role]}")
    in_step=$healthy leads=false
    [[ -z ${IN_STEP[$role]} ]] || in_step=$(verdict "${IN_STEP[$role]}")
    [[ -z ${LEADS[$role]} ]] || leads=$(verdict "${LEADS[$role]}")
    echo "$role $healthy $in_step $leads $([[ -z ${REPORTS[$role]} ]] || timeout "$CHECK_SECONDS" bash -c "${REPORTS[$role]}" 2>/dev/null | head -n 1)"
  done >"$RUNTIME/checks.new"
  echo "$((${EPOCHREALTIME/./} - began))" >>"$RUNTIME/checks.new"
  mv "$RUNTIME/checks.new" "$RUNTIME/checks"
}

verdict() { # verdict COMMAND: prints whether it succeeds
  if timeout "$CHECK_SECONDS" bash -c "$1" >/dev/null 2>&1; then echo true; else echo false; fi
}

read_checks() { # the result of the last round
  local role healthy in_step leads reports
  HEALTHY=() IN_STEPS=() LEADING=() REPORTED=()
  while read -r role healthy in_step leads reports; do
    [[ -n $healthy ]] || {
      ROUND_MICROSECONDS=$role
      continue
    }
    HEALTHY[$role]=$healthy IN_STEPS[$role]=$in_step LEADING[$role]=$leads REPORTED[$role]=$reports
  done <"$RUNTIME/checks"
}

read_phase() { # sets PHASE, REASON and LASTED
  PHASE=booting REASON='' LASTED=0
  [[ ! -e $RUNTIME/phase ]] || read -r PHASE LASTED <"$RUNTIME/phase"
  if [[ -e $STATE/failed && $PHASE != applying && $PHASE != booting ]]; then
    PHASE=failed REASON=$(<"$STATE/failure")
  elif [[ $PHASE == failed ]]; then
    REASON=$(<"$RUNTIME/reason")
  elif [[ -n $REQUEST_PROBLEM ]]; then
    REASON=$REQUEST_PROBLEM
  elif [[ -n $WAITS ]]; then
    REASON=$WAITS
  elif [[ -e $RUNTIME/offline ]]; then
    REASON=$(<"$RUNTIME/offline")
  fi
  if [[ $PHASE == serving && -e $STATE/draining ]]; then PHASE=draining; fi
}

versions() { # prints the installed versions of the roles' packages as a JSON object
  { ((${#PACKAGES[@]} == 0)) || dpkg-query -Wf '${Package} ${Version}\n' "${PACKAGES[@]}" 2>/dev/null; } |
    jq -Rnc '[inputs | split(" ") | {(.[0]): .[1]}] | add // {}' || true
}

render_status() {
  local role
  for role in "${ROLES[@]}"; do
    printf '%s\n' "$role" "${SERVICES[$role]}" "${HEALTHY[$role]:-false}" "${IN_STEPS[$role]:-false}" \
      "${LEADING[$role]:-false}" "${REPORTED[$role]:-}"
  done | jq -Rnc --arg node "$NODE" --arg instance "$INSTANCE" --arg boot "$BOOT_ID" --arg machine "$MACHINE" \
    --arg bootstrap "$CURRENT" --arg ordered "$ORDERED" --arg phase "$PHASE" --arg reason "$REASON" \
    --argjson seconds "$LASTED" --argjson packages "${VERSIONS:-{\}}" --arg answered "$ANSWERED" '
      [inputs] as $lines
      | [range(0; $lines | length; 6) as $at | $lines[$at:$at + 6] | {(.[0]): {service: .[1], healthy: (.[2] == "true"),
          inStep: (.[3] == "true"), leads: (.[4] == "true"), reports: .[5]}}] | add // {} | . as $roles
      | {version: 1, node: $node, instance: $instance, bootId: $boot, machine: $machine, bootstrap: $bootstrap,
          ordered: $ordered, phase: $phase, reason: $reason, roles: $roles, seconds: $seconds, packages: $packages,
          answered: $answered, at: (now | todate)}'
}

status_key() {
  if [[ $APPLIED == replaced ]]; then echo "status/$NODE/$INSTANCE.json"; else echo "status/$NODE.json"; fi
}

report() { # writes the status if something changed, or if it is ten minutes old
  local state
  read_phase
  state="$PHASE|$REASON|$CURRENT|$ORDERED|$ANSWERED|$MACHINE|${HEALTHY[*]}|${IN_STEPS[*]}|${LEADING[*]}|${REPORTED[*]}|$VERSIONS"
  [[ $state != "$REPORTED_STATE" ]] || ((SECONDS >= NEXT_REPORT)) || return 0
  [[ -n $APPLIED && -n $ROUND_MICROSECONDS ]] && ((SECONDS >= RETRY_REPORT)) || return 0
  render_status >"$RUNTIME/status.json" || return 0
  if put_object "$BOOTSTRAP_BUCKET" "$(status_key)" "$RUNTIME/status.json" >/dev/null; then
    REPORTED_STATE=$state NEXT_REPORT=$((SECONDS + REPORT_SECONDS))
  else
    RETRY_REPORT=$((SECONDS + POLL_SECONDS))
  fi
}

show_status() { # for people
  jq -r '"\(.node) (\(.instance), \(.machine)): \(.phase)\(if .reason == "" then "" else ": " + .reason end)",
    "bootstrap \(.bootstrap[:16])\(if .bootstrap == .ordered then "" else ", ordered \(.ordered[:16])" end), written \(.at)",
    (.roles | to_entries[] | "\(.key): \(if .value.healthy then "healthy" else "not healthy" end), \(if .value.inStep then "in step" else "not in step" end)\(if .value.leads then ", leads" else "" end) \(.value.reports)")' \
    "$RUNTIME/status.json"
}
