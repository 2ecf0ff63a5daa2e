#!/bin/bash
# Brings this member into its cluster. Every member runs it at every boot, in any order: it meets the others, claims the
# slots of its shard if it is the shard's first member and they are unassigned, and otherwise replicates their owner. A
# member that lost its disk thus becomes a replica of the member that replaced it.
set -uo pipefail

here() { cli "$ADMIN" localhost "$REDIS_PORT" cluster "$@" 2>/dev/null; }

# living: lines of CLUSTER NODES (id address flags master ping pong epoch link slots...) of members that are up
living() { here nodes | grep -vE ' (\S*,)?(fail|noaddr|handshake)[, ]'; }

# slot_owner: prints the id of the living master of FIRST_SLOT
slot_owner() {
  living | awk -v slot="$FIRST_SLOT" '{
    for (i = 9; i <= NF; i++) {
      if ($i ~ /\[/) continue # a slot that is being migrated
      split($i, range, "-")
      if (range[1] + 0 <= slot && slot <= (range[2] == "" ? range[1] : range[2]) + 0) print $1
    }
  }'
}

# served_slots: prints the number of slots whose master is up
served_slots() { here info | tr -d '\r' | sed -n 's/^cluster_slots_ok://p'; }

# forget_former_self: removes from all members the ids that this address had before its disk was lost
forget_former_self() {
  local id peer
  for peer in "${MEMBERS[@]}"; do
    for id in $(cli "$ADMIN" "$peer" "$REDIS_PORT" cluster nodes 2>/dev/null |
      awk -v own="$OWN:" '$3 ~ /noaddr/ || (index($2, own) == 1 && $3 ~ /fail/) { print $1 }'); do
      cli "$ADMIN" "$peer" "$REDIS_PORT" cluster forget "$id" >/dev/null 2>&1
    done
  done
}

for ((try = 0; try < 300; try++)); do
  me=$(here myid)
  if [[ -n $me ]]; then
    for peer in "${MEMBERS[@]}"; do
      address=$(address_of "$peer")
      living | grep -q " $address:" || here meet "$address" "$REDIS_PORT" "$BUS_PORT" >/dev/null
    done
    owner=$(slot_owner)
    if [[ -z $owner ]]; then
      if [[ $CLAIMS_SLOTS == yes && $(living | wc -l) -ge ${#MEMBERS[@]} ]]; then
        here addslotsrange "$FIRST_SLOT" "$LAST_SLOT" >/dev/null
      fi
    elif [[ $owner != "$me" ]] && ! living | grep -q "myself,slave $owner "; then
      here replicate "$owner" >/dev/null
    elif [[ $(living | wc -l) == "${#MEMBERS[@]}" && $(served_slots) == "$SLOTS" ]]; then
      forget_former_self
      echo "joined: shard $SHARD of $SHARDS"
      exit 0
    fi
  fi
  sleep 1
done
echo "the cluster is incomplete:" >&2
here nodes >&2
exit 1
