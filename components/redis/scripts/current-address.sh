#!/bin/bash

# current_address ADDRESS: prints the current address of the member that has or had ADDRESS; an unknown one as it is. A name
# may not have followed a member yet: ADDRESS stays if only that answers. Reads REDIS_PORT and MEMBER_ADDRESSES: each member's
# name, planned address and addresses with another placement. Requires address_of.
current_address() {
  local member now=$1
  for member in "${MEMBER_ADDRESSES[@]}"; do
    [[ " ${member#* } " != *" $1 "* ]] || now=$(address_of "${member%% *}")
  done
  if [[ $now == "$1" || -z $now ]] || { is_open "$1" && ! is_open "$now"; }; then echo "$1"; else echo "$now"; fi
}

is_open() { timeout 1 bash -c "</dev/tcp/$1/$REDIS_PORT" 2>/dev/null; }
