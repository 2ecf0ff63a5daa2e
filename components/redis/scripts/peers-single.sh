#!/bin/bash

# peers: prints the other members of the group that this server belonged to, as Sentinel's state names them.
peers() {
  [[ ! -e $SENTINEL_STATE ]] || sed -n 's/^sentinel known-sentinel [^ ]* \([0-9.]*\) .*/\1/p' "$SENTINEL_STATE"
}
