# open-ports.sh ADDRESS SECONDS PORT...: prints each port that accepts a TCP connection within SECONDS.
# shellcheck shell=bash
readonly address=$1 seconds=$2

for port in "${@:3}"; do
  (timeout "$seconds" bash -c "</dev/tcp/$address/$port" 2>/dev/null && echo "$port") &
done
wait
