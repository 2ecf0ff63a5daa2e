#!/bin/bash

# etcd COMMAND...: on this node's member.
etcd() {
  ETCDCTL_API=3 etcdctl --command-timeout=5s --endpoints="$ETCD_URL" --cacert="$CA" --cert="$CERTIFICATE" --key="$KEY" "$@"
}

# move_etcd_leader: makes another member etcd's leader, if this one is.
move_etcd_leader() {
  local own status leads member
  # Fields: endpoint, id, version, size, is leader, ...
  status=$(etcd endpoint status --write-out=simple) || return
  IFS=, read -r _ own _ _ leads _ <<<"${status//, /,}"
  [[ $leads == true ]] || return 0
  # Fields: id, status, name, ...
  for member in $(etcd member list --write-out=simple | awk -F', ' -v own="$own" '$1 != own && $2 == "started" {print $1}'); do
    if etcd move-leader "$member"; then return 0; fi
  done
  echo "no other member of etcd can lead" >&2
  return 1
}
