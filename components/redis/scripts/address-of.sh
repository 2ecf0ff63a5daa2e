#!/bin/bash

# address_of NAME: prints a member's current address. Reads OWN and OWN_NAME.
address_of() {
  if [[ $1 == "$OWN_NAME" ]]; then
    echo "$OWN"
  else
    getent ahostsv4 "$1" | sed -n '1s/ .*//p'
  fi
}
