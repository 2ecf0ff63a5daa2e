#!/bin/bash
# Applies settings that require a restart: first on the standby, then, after a switchover, on the former primary.
set -euo pipefail

if (($# > 0)); then
  echo "Usage: ape-timescaledb-restart    Writes pause for a few seconds during the switchover." >&2
  exit 2
fi
pending() { members | jq -r '.[] | select(."Pending restart" != null and ."Pending restart" != "").Member'; }
whole() { members | jq -e 'any(.[]; .Role == "Leader" and .State == "running") and any(.[]; .Role == "Sync Standby" and .State == "streaming")' >/dev/null; }
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
  waiting=$(pending)
  if [[ -z $waiting ]]; then
    echo "no settings are pending a restart"
    exit 0
  fi
  for member in $waiting; do
    [[ $member != "$(leader)" ]] || continue
    echo "restarting $member"
    patronictl -c "$PATRONI_CONFIG" restart --pending --force "$SCOPE" "$member"
    sleep "$((LOOP_WAIT + 1))" # until Patroni has updated its view
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
