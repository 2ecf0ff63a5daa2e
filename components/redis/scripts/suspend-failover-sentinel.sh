#!/bin/bash
# Keeps the Sentinels from replacing the master during a restore: they wait RESTORE_MS before they declare it down.

sentinels() { # sentinels COMMAND...: on every Sentinel that can be reached
  local member
  for member in "${MEMBERS[@]}"; do cli "$SENTINEL_USER" "$member" "$SENTINEL_PORT" sentinel "$@" || true; done
}

suspend_failover() {
  down_after=$(cli "$SENTINEL_USER" localhost "$SENTINEL_PORT" sentinel master "$MASTER_NAME" |
    grep -A1 '^down-after-milliseconds$' | tail -n 1)
  sentinels set "$MASTER_NAME" down-after-milliseconds "$RESTORE_MS" >/dev/null
}

resume_failover() {
  if [[ -n ${down_after:-} ]]; then sentinels set "$MASTER_NAME" down-after-milliseconds "$down_after" >/dev/null; fi
}
