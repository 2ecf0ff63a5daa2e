#!/bin/bash

# The node's agent: reads orders and requests, carries them out, and writes the node's status.
# The parts of a script share variables.
# shellcheck disable=SC2004,SC2034,SC2153

agent() {
  set +e
  trap - ERR
  prepare_agent
  while :; do
    ((SECONDS < NEXT_POLL)) || poll
    finish_change
    follow_order
    observe
    answer
    ((SECONDS < NEXT_PEERS)) || meet_peers
    report
    renew
    wait_a_second
  done
}

prepare_agent() {
  exec {QUIET}<> <(:) # never readable: waiting for it needs no process
  declare -gA HEALTHY=() IN_STEPS=() LEADING=() REPORTED=() ELSEWHERE=()
  : >"$RUNTIME/agent"
  BOOT_ID=$(</proc/sys/kernel/random/boot_id)
  ORDER_VERSION='' REQUEST_VERSION='' ORDERED='' APPLIED='' WAITS='' APPLYING='' AGAIN='' CHECKING=''
  REQUEST_ID=$(cat "$STATE/answered" 2>/dev/null) HANDING_OVER='' LEAVE='' REQUEST_PROBLEM='' REPORTED_STATE=''
  ANSWERED=$REQUEST_ID
  NEXT_POLL=0 NEXT_PEERS=0 NEXT_REPORT=0 RETRY_REPORT=0 NEXT_CHECK=0 NEXT_AGAIN=0 ROUND_MICROSECONDS='' CURRENT='' SEEN_CURRENT='' VERSIONS='' LASTED=0
  load_roles
  read_elsewhere
  MACHINE=$(machine_type) INSTANCE=$(instance_id)
  [[ ! -e $STATE/order.json ]] || take_order "$STATE/order.json"
}

poll() { # the order and the request, in one connection; a request that does not exist is none
  local order request
  NEXT_POLL=$((SECONDS + POLL_SECONDS))
  [[ -n $INSTANCE ]] || INSTANCE=$(instance_id)
  [[ -n $MACHINE ]] || MACHINE=$(machine_type)
  ((CREDENTIALS_END > EPOCHSECONDS + 300)) || read_credentials || return 0
  {
    read -r order ORDER_TAG
    read -r request REQUEST_TAG
  } < <(transfers | curl -K - 2>/dev/null)
  if [[ $order == 200 ]] && take_order "$RUNTIME/order.new"; then
    cmp -s "$RUNTIME/order.new" "$STATE/order.json" || cp "$RUNTIME/order.new" "$STATE/order.json"
    ORDER_VERSION=$ORDER_TAG
  fi
  case "$request" in
    200) take_request "$RUNTIME/request.new" && REQUEST_VERSION=$REQUEST_TAG ;;
    403 | 404) REQUEST_VERSION='' REQUEST_ID='' HANDING_OVER='' LEAVE='' ;;
  esac
}

transfers() { # prints curl configuration
  transfer "nodes/$NODE" "$ORDER_VERSION" "$RUNTIME/order.new"
  echo next
  transfer request.json "$REQUEST_VERSION" "$RUNTIME/request.new"
}

transfer() { # transfer KEY VERSION FILE
  conditional_get "$BOOTSTRAP_BUCKET" "$1" "$2"
  printf '%s\nsilent\nconnect-timeout = 5\nmax-time = 10\noutput = "%s"\nwrite-out = "%%{http_code} %%header{%s}\\n"\n' \
    "$CREDENTIALS" "$3" "$VERSION_HEADER"
}

take_order() { # take_order FILE
  local fields
  fields=$(jq -er '[.bootstrap, .machine, .applied] | join(" ")' "$1") || return 1
  read -r ORDERED ORDERED_MACHINE APPLIED <<<"$fields"
  [[ ! -e $STATE/failed || $(<"$STATE/failed") == "$ORDERED" ]] || rm "$STATE/failed"
}

take_request() { # take_request FILE
  {
    read -r REQUEST_ID
    read -r HANDING_OVER
    read -r LEAVE
  } < <(jq -r --arg node "$NODE" --arg instance "$INSTANCE" '
    .from as $from | .id, (.handOver | join(" ")), ([.leave[] | select(($from[.] // $node) | . == $node or . == $instance)] | join(" "))' "$1")
}

follow_order() { # applies a new order
  WAITS=''
  [[ $STATE/current -ef $STATE/$CURRENT.sh || ! -e $STATE/current ]] || CURRENT=$(good)
  read_phase
  [[ -z $APPLYING && -n $CURRENT && $PHASE != booting ]] || return 0
  if [[ -n $AGAIN ]] || { [[ -e $RUNTIME/offline ]] && ((SECONDS >= NEXT_AGAIN)); }; then
    AGAIN=''
    NEXT_AGAIN=$((SECONDS + REPORT_SECONDS))
    again &
    APPLYING=$!
  elif [[ $APPLIED == live && $ORDERED != "$CURRENT" && ! -e $STATE/failed ]]; then
    if [[ $ORDERED_MACHINE == "$MACHINE" ]]; then
      apply "$ORDERED" & # the agent goes on beside it
      APPLYING=$!
    else
      WAITS="waits for machine $ORDERED_MACHINE"
    fi
  fi
}

finish_change() {
  [[ -n $APPLYING ]] && ! kill -0 "$APPLYING" 2>/dev/null || return 0
  wait "$APPLYING"
  APPLYING=''
  check_now
}

check_now() { # a status that says that the node serves must say how its roles are now
  [[ -z $CHECKING ]] || wait "$CHECKING"
  CHECKING=''
  load_roles
  check_roles
  read_checks
}

observe() { # the roles' health, in rounds beside the agent: every 5 s, or less often if a round takes long
  local pause
  if [[ -n $CHECKING ]]; then
    ! kill -0 "$CHECKING" 2>/dev/null || return 0
    wait "$CHECKING"
    CHECKING=''
    read_checks
    pause=$((ROUND_MICROSECONDS * 20 / 1000000))
    NEXT_CHECK=$((SECONDS + (pause < 5 ? 5 : pause > 60 ? 60 : pause)))
  elif ((SECONDS >= NEXT_CHECK)); then
    check_roles &
    CHECKING=$!
  fi
  if [[ $CURRENT != "$SEEN_CURRENT" ]]; then
    SEEN_CURRENT=$CURRENT
    VERSIONS=$(versions)
  fi
}

meet_peers() { # often while peers move, otherwise once a minute
  NEXT_PEERS=$((SECONDS + 60))
  follow_peers
  [[ -z "${ELSEWHERE[*]// /}" && -z $HANDING_OVER$LEAVE ]] || NEXT_PEERS=$((SECONDS + POLL_SECONDS))
}

renew() { # a new bootstrap may bring a new agent and other roles
  [[ $LIBRARY/node.sh -nt $RUNTIME/agent || $ROLES_FILE -nt $RUNTIME/agent ]] && [[ -z $APPLYING$CHECKING ]] || return 0
  exec "$SELF" agent
}

wait_a_second() { read -rt 1 -u "$QUIET"; }

agent_stop() { # a member of a scaling group that ends takes its status with it
  [[ $(systemctl is-system-running) == stopping && $(ordered applied) == replaced ]] || return 0
  delete_object "$BOOTSTRAP_BUCKET" "status/$NODE/$(instance_id).json"
}
