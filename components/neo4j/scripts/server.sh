#!/bin/bash

# await_server: waits until this node's server answers, for up to ten minutes: recovery of a large graph can take that long.
await_server() {
  local until=$((SECONDS + 600))
  while ((SECONDS < until)); do
    if "$ASK" answers >/dev/null 2>&1; then return 0; fi
    sleep 1
  done
  return 1
}

# start_server: starts the server and waits for it. systemd retries a failed start, so only await_server decides.
start_server() {
  systemctl start neo4j.service || echo "the start failed; waiting for systemd to retry" >&2
  await_server
}
