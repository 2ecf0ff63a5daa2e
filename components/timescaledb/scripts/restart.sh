#!/bin/bash
# Applies settings that require a restart: first on the standby, then, after a switchover, on the former primary.
set -euo pipefail

if (($# > 0)); then
  echo "Usage: ape-timescaledb-restart    Writes pause for a few seconds during the switchover." >&2
  exit 2
fi
whole() { members | jq -e 'any(.[]; .role == "leader" and .state == "running") and any(.[]; .role == "sync_standby" and .state == "streaming")' >/dev/null; }
await_whole() {
  for ((try = 0; try < 300; try++)); do
    if whole; then return 0; fi
    sleep 1
  done
  echo "the standby is not in sync; stopping here" >&2
  exit 1
}

for round in 1 2 3; do
  await_whole
  if [[ -z $(pending) ]]; then
    echo "no settings are pending a restart"
    exit 0
  fi
  primary=$(lowered)
  [[ -z $primary ]] || restart_pending "$primary"
  await_whole
  for member in $(pending); do
    [[ $member != "$(leader)" ]] || continue
    restart_pending "$member"
    await_whole
  done
  if grep -qx "$(leader)" <<<"$(pending)"; then
    echo "round $round: switching over from $(leader)"
    patronictl -c "$PATRONI_CONFIG" switchover --force "$SCOPE"
    sleep "$((LOOP_WAIT + 1))"
  fi
done
echo "settings are still pending a restart on: $(pending | tr '\n' ' ')" >&2
exit 1
