#!/bin/bash

# pending: names of the members whose settings are pending a restart.
pending() { members | jq -r '.[] | select(.pending_restart).name'; }

# restart_pending MEMBER: restarts its server if settings are pending. Patroni first has the primary stop waiting for a
# synchronous standby that restarts, so no commit waits.
restart_pending() {
  pending | grep -qx "$1" || return 0
  echo "restarting $1"
  patronictl -c "$PATRONI_CONFIG" restart --pending --force "$SCOPE" "$1" || return
  sleep "$((2 * LOOP_WAIT))" # until every member has published its view
}

# lowered: the name of the primary if its limits are above those that all members are planned with. Only its restart in place
# lowers them: a standby keeps its primary's limits, also when it takes over.
lowered() {
  members | jq -r 'map(.tags // {} | del(.nosync)) as $planned | select($planned | unique | length == 1) | .[] |
    select(.role == "leader" and (.pending_restart_reason // {} | to_entries | any(
      (.key as $name | $planned[0] | has($name)) and (.value.old_value | tonumber) > (.value.new_value | tonumber)))).name'
}
