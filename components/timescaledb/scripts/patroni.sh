#!/bin/bash

# patroni PATH: asks this node's Patroni.
patroni() { curl -fsS --max-time 5 --cacert "$CA" "$PATRONI_URL/$1"; }
# members: Patroni's members as JSON.
members() { patroni cluster | jq .members; }
# leader: the name of the member that is the primary.
leader() { members | jq -r '.[] | select(.role == "leader").name'; }
