#!/bin/bash

check_member() {
  "$ASK" system-writable || stop_with "this member does not write to the system database; run it on the one that does"
}

# replace_graph ARTEFACT: the running members seed the database from the bucket. A member seeds from a full artefact only, so
# a chain is aggregated first.
replace_graph() {
  admin "${AGGREGATE[@]}" --from-path="$REPOSITORY$1" --temp-path="$WORK" || stop_with "$1 cannot be aggregated"
  "$ASK" system "CALL $RECREATE('neo4j', {seedingServers: [], seedURI: '$REPOSITORY$1'})" >/dev/null
  sleep 5
  await_server || stop_with "the members do not serve the restored graph; see neo4j-ask system 'SHOW DATABASE neo4j'"
}
