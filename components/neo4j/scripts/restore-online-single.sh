#!/bin/bash

check_member() { true; }

# replace_graph ARTEFACT: stops the server, restores and starts it.
replace_graph() {
  systemctl stop neo4j.service
  trap 'systemctl start neo4j.service; rm -rf "$WORK"' EXIT
  admin neo4j-admin database restore --from-path="$REPOSITORY$1" --temp-path="$WORK" --overwrite-destination=true neo4j ||
    stop_with "$1 cannot be restored"
  start_server || stop_with "Neo4j does not serve the restored graph"
}
