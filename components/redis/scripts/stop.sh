#!/bin/bash
# Stops redis-server. A master hands over first, so that clients wait one or two seconds instead of until a failover.
# Repeats SIGTERM until the server exits: a new replica refuses to stop while it writes its first append-only file.
set -uo pipefail
readonly SERVER=$1

hand_over || true

while kill -TERM "$SERVER" 2>/dev/null; do
  for _ in 1 2 3 4 5; do
    sleep 0.2
    kill -0 "$SERVER" 2>/dev/null || exit 0
  done
done
