#!/bin/bash
# Succeeds if this cluster member serves, and hosts all that it is to host: it may then count as a copy of the graph.
set -euo pipefail

# Of this server only: a member that is lost must not make the others look unsettled. Source: Neo4j's upgrade guide,
# "in-place rolling". A database that returned is online only once it has caught up.
servers="SHOW SERVERS YIELD address, state, health, hosting, requestedHosting WHERE address = '$ADDRESS' AND state = 'Enabled' AND health = 'Available' AND hosting = requestedHosting RETURN count(*) AS settled"
databases="SHOW DATABASES YIELD address, currentStatus, requestedStatus WHERE address = '$ADDRESS' AND currentStatus <> requestedStatus RETURN count(*) AS unsettled"

count() { "$ASK" system "$1" | jq -r '.data.values[0][0]'; }
"$ASK" available
[[ $(count "$servers") == 1 && $(count "$databases") == 0 ]]
