#!/bin/bash

# /etc/hosts on a node. Reads PLANNED_HOSTS.
# The parts of a script share variables.
# shellcheck disable=SC2034

read_elsewhere() {
  local peer address
  declare -gA ELSEWHERE=()
  [[ -e $STATE/elsewhere ]] || return 0
  while read -r peer address; do ELSEWHERE[$peer]=$address; done <"$STATE/elsewhere"
}

write_hosts() { # the planned names, with the addresses of peers that are elsewhere
  local address names name line
  while read -r line; do
    read -r address names <<<"$line"
    name=${names##* }
    echo "${ELSEWHERE[$name]:-$address} $names"
  done <"$PLANNED_HOSTS" | keep /etc/hosts
}
