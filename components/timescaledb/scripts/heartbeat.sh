#!/bin/bash
# Writes the current time, on the primary.
set -euo pipefail

is_standby && exit 0
psql -Xqh "$SOCKET_DIRECTORY" -d postgres -v ON_ERROR_STOP=1 <<'SQL'
SET statement_timeout = '30s';
INSERT INTO heartbeat (at) VALUES (clock_timestamp()) ON CONFLICT ((true)) DO UPDATE SET at = EXCLUDED.at;
SQL
