#!/bin/bash

# leave_to_standby: ends the check on a primary that has a standby. A check that reads all data must not slow the primary.
leave_to_standby() {
  if ! is_standby && psql -XAtqh "$SOCKET_DIRECTORY" -d postgres -c 'SELECT 1 FROM pg_stat_replication' | grep -q 1; then
    skip_report "the standby runs this check"
  fi
}
