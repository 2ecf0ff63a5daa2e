#!/bin/bash

# current_address ADDRESS: prints the current address of the member that has or had ADDRESS; an unknown one as it is. Reads
# MEMBER_ADDRESSES: each member's name, planned address and addresses with another placement. Requires address_of.
current_address() {
  local member now=
  for member in "${MEMBER_ADDRESSES[@]}"; do
    [[ " ${member#* } " != *" $1 "* ]] || now=$(address_of "${member%% *}")
  done
  echo "${now:-$1}"
}
