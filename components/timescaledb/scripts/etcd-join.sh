#!/bin/bash
# Runs before each start of etcd: a member without state joins the existing cluster, if there is one.
set -uo pipefail
[[ ! -d $DIRECTORY/member ]] || exit 0
rm -f "$JOINED"

ask() { # ask PEER COMMAND...
  local peer=$1
  shift
  ETCDCTL_API=3 etcdctl --command-timeout=5s --endpoints="https://$peer:$CLIENT_PORT" --cacert="$CA" \
    --cert="$CERTIFICATE" --key="$KEY" "$@" 2>/dev/null
}
members() { # members PEER: the peer's member list, also available without a majority
  curl -fsS --http1.1 --max-time 5 --cacert "$CA" --cert "$CERTIFICATE" --key "$KEY" "https://$1:$PEER_PORT/members" 2>/dev/null
}
served='(.clientURLs // [] | length) > 0' # a member publishes its client URLs once it serves
own=".peerURLs[0] == \"$OWN_URL\""

while true; do
  cluster=
  for peer in "${PEERS[@]}"; do
    known=$(members "$peer") || continue
    jq -e "any(.[]; $served)" >/dev/null <<<"$known" || continue
    cluster=$peer
    if ! jq -e "any(.[]; $own and ($served | not))" >/dev/null <<<"$known"; then
      # Lines: id, status, name, peer URLs, client URLs, learner.
      listed=$(ask "$peer" member list) || continue
      echo "rejoining through $peer"
      former=$(grep -F "$OWN_URL" <<<"$listed")
      [[ -z $former ]] || ask "$peer" member remove "${former%%,*}" >/dev/null || continue
      ask "$peer" member add "$MEMBER" --peer-urls="$OWN_URL" >/dev/null || continue
      known=$(members "$peer") || continue
    fi
    # Exactly the current members, each named by the first label of its host name.
    jq -r '"ETCD_INITIAL_CLUSTER=" + (map(.peerURLs[0] | capture("https://(?<name>[^.]+)").name + "=" + .) | join(","))' \
      <<<"$known" >"$JOINED"
    echo ETCD_INITIAL_CLUSTER_STATE=existing >>"$JOINED"
    exit 0
  done
  [[ -n $cluster ]] || exit 0
  echo "this member has no state, and the other members have no majority: waiting for them"
  echo "if their disks are lost too, run $RESET_COMMAND on $cluster" >&2
  sleep 5
done
