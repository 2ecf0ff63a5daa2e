#!/bin/bash
# open-ports.sh ADDRESS SECONDS PORT...: prints each port that accepts a TCP connection within SECONDS.
readonly ADDRESS=$1 SECONDS_TO_WAIT=$2

for port in "${@:3}"; do
  (timeout "$SECONDS_TO_WAIT" bash -c "</dev/tcp/$ADDRESS/$port" 2>/dev/null && echo "$port") &
done
wait
