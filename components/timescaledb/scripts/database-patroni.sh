#!/bin/bash

# shared_configuration: the configuration that all members share. Each limit is the largest that a member is planned with:
# it rises with the first member and falls with the last one. A pause of failover stays. Members that publish no planned
# limits still read all of their settings from here.
shared_configuration() {
  local members current
  members=$(members) && current=$(patroni config) || return
  jq --arg own "$MEMBER" --argjson members "$members" --argjson current "$current" '
    ($members | map(select(.name != $own) | .tags // {})) as $planned |
    .postgresql.parameters |= with_entries(.key as $name | .value = ([.value, ($planned[] | .[$name] // empty)] | max)) |
    if all($planned[]; has("max_connections")) then . else
      .postgresql.parameters = ($current.postgresql.parameters // {}) + .postgresql.parameters end |
    if $current.pause then .pause = true else . end' "$DYNAMIC_CONFIG"
}

# configure_primary: applies the shared configuration; a no-op if nothing has changed.
configure_primary() {
  local wanted
  wanted=$(shared_configuration) || return
  patronictl -c "$PATRONI_CONFIG" edit-config --quiet --force --replace - "$SCOPE" <<<"$wanted" || return
}

# configure_standby: also restarts this standby if settings are pending. A primary does not restart here, except to lower a
# limit: before its node changes, another member takes over, or ape-timescaledb-restart switches over.
configure_standby() {
  local primary
  configure_primary || return
  sleep "$((2 * LOOP_WAIT))" || return # until every member has read the configuration and published its view
  primary=$(lowered) || return
  [[ -z $primary ]] || restart_pending "$primary" || return
  restart_pending "$MEMBER"
}
