#!/bin/bash
# Deploys the schema, then the options that the licence of the installed TimescaleDB allows. Runs as postgres.
set -euo pipefail
export PGHOST=$SOCKET_DIRECTORY PGUSER=postgres PGOPTIONS=--client-min-messages=warning

cd "$SCHEMA_DIRECTORY"
sqitch deploy --quiet --target "db:pg:$DATABASE" || sqitch status --target "db:pg:$DATABASE"
if [[ $(psql -XAtqd "$DATABASE" -c 'SHOW timescaledb.license') == timescale ]]; then
  psql -Xqd "$DATABASE" -v ON_ERROR_STOP=1 -f "$OPTIONS_SQL" >/dev/null
else
  echo "NOTICE: TimescaleDB is installed in its Apache 2 edition: no compression, retention or continuous aggregates." \
    "timescaledbEdition: community enables them"
fi
