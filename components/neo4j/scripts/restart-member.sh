#!/bin/bash
# Restarts this cluster member, once all members serve and no database is moving between members. Run it on one member after
# the other.
set -euo pipefail

# Both must be 0 before a member may stop. Source: Neo4j's upgrade guide, "in-place rolling".
unsettled_servers="SHOW SERVERS YIELD state, health, hosting, requestedHosting WHERE state <> 'Enabled' OR health <> 'Available' OR hosting <> requestedHosting RETURN count(*) AS unsettled"
unsettled_databases="SHOW DATABASES YIELD currentStatus, requestedStatus WHERE currentStatus <> requestedStatus RETURN count(*) AS unsettled"

count() { "$ASK" system "$1" 2>/dev/null | jq -r '.data.values[0][0]'; }
settled() {
  [[ $(count "$unsettled_servers") == 0 && $(count "$unsettled_databases") == 0 ]] && "$ASK" available
}
await_settled() { # up to ten minutes
  local try
  for ((try = 0; try < 300; try++)); do
    if settled 2>/dev/null; then return 0; fi
    sleep 2
  done
  echo "the cluster does not settle; see neo4j-ask system 'SHOW SERVERS'" >&2
  return 1
}

await_settled
# systemd retries a failed start, so only await_settled decides.
systemctl restart neo4j.service || echo "the start failed; waiting for systemd to retry" >&2
await_settled
