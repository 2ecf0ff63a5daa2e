#!/bin/bash

# configure_primary: applies the shared configuration file; a no-op if nothing has changed.
configure_primary() {
  patronictl -c "$PATRONI_CONFIG" edit-config --quiet --force --replace "$DYNAMIC_CONFIG"
}

# configure_standby: also restarts this standby if settings are pending. A standby that was copied before the shared
# configuration existed would otherwise run, and be promoted, with PostgreSQL's defaults. A primary is never restarted
# here: ape-timescaledb-restart switches over first.
configure_standby() {
  configure_primary || return
  sleep "$((LOOP_WAIT + 1))" || return # until Patroni has read the configuration
  patronictl -c "$PATRONI_CONFIG" restart --pending --force "$SCOPE" "$MEMBER" || return
}
