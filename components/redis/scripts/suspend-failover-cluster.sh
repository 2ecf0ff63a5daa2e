#!/bin/bash
# Keeps replicas from replacing their master during a restore.

set_no_failover() { # set_no_failover yes|no: on every member that can be reached
  local member
  for member in "${MEMBERS[@]}"; do
    cli "$ADMIN" "$member" "$REDIS_PORT" config set cluster-replica-no-failover "$1" >/dev/null || true
  done
}

suspend_failover() { set_no_failover yes; }
resume_failover() { set_no_failover no; }
