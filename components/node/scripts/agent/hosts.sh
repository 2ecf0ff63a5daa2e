#!/bin/bash

# Peers that moved, or did not move yet, are elsewhere than planned: their names follow them.
# The parts of a script share variables.
# shellcheck disable=SC2004,SC2034,SC2153

answers() { # answers ADDRESS PORT
  timeout 1 bash -c "</dev/tcp/$1/$2" 2>/dev/null
}

# A peer is at its planned address; at a former one only while that answers and the planned one does not.
follow_peers() {
  local peer at address alternatives moved=''
  for peer in "${PEERS[@]}"; do
    read -r address alternatives <<<"${PEER_ADDRESSES[$peer]}"
    if answers "$address" "${PEER_PORTS[$peer]}"; then
      at=''
    else
      at=${ELSEWHERE[$peer]:-}
      for address in $alternatives; do
        if answers "$address" "${PEER_PORTS[$peer]}"; then
          at=$address
          break
        fi
      done
    fi
    [[ $at != "${ELSEWHERE[$peer]:-}" ]] || continue
    moved+=" $peer"
    ELSEWHERE[$peer]=$at
  done
  [[ -n $moved ]] || return 0
  for peer in "${!ELSEWHERE[@]}"; do echo "$peer ${ELSEWHERE[$peer]}"; done >"$STATE/elsewhere"
  write_hosts
  say "moved:$moved"
  peers_moved
}

peers_moved() {
  local role
  for role in "${ROLES[@]}"; do
    [[ -z ${PEERS_MOVED[$role]} ]] || timeout "$COMMAND_SECONDS" bash -c "${PEERS_MOVED[$role]}" >/dev/null 2>&1 ||
      say "$role does not follow its peers"
  done
}
