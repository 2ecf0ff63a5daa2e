#!/bin/bash

# peers: prints the other members.
peers() { printf '%s\n' "${PEERS[@]}"; }
