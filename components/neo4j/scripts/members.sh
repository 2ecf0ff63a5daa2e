#!/bin/bash
# Fails if the data on this node's disk belongs to another number of members: a cluster cannot start with a single server's
# data, or the other way round. Records the number for the next time.
set -euo pipefail

before=$(cat "$RECORD" 2>/dev/null) || before=$MEMBERS
if [[ -d $DATA/databases && $before != "$MEMBERS" ]]; then
  echo "the graph on this disk was made by $before Neo4j server(s), not by $MEMBERS; nothing was changed. To move it," \
    "follow \"From one server to three\" in docs/neo4j.md; to keep it, set highAvailability back" >&2
  exit 1
fi
echo "$MEMBERS" >"$RECORD"
