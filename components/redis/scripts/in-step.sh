#!/bin/bash
# Succeeds while this member has all acknowledged data of its group, up to LAG_BYTES that are in flight. A master must have
# a replica that has it too.
set -uo pipefail

in_step() { # in_step WRITTEN OFFSET
  [[ $1 && $2 ]] && (($1 - $2 <= LAG_BYTES))
}

has_replica_in_step() {
  local written replica
  written=$(replication_field master_repl_offset)
  for replica in $(online_replicas localhost); do
    if in_step "$written" "$(offset_of "$replica")"; then return 0; fi
  done
  return 1
}

case $(replication_field role 2>/dev/null) in
  master) has_replica_in_step || stop_with "no replica has all data of this master" ;;
  slave)
    master=$(replication_field master_host)
    [[ $(replication_field master_link_status) == up ]] || stop_with "no connection to the master $master"
    written=$(field_of "$master" master_repl_offset)
    in_step "$written" "$(offset_of localhost)" ||
      stop_with "has $(offset_of localhost) of ${written:-an unknown number of} bytes of the master $master"
    ;;
  *) stop_with "redis-server does not answer" ;;
esac
