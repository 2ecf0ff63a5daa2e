#!/bin/bash
# After a member returned with a blank disk: the cluster treats it as a new server and keeps waiting for the old one. Moves
# the old server's databases to the new one and drops the old one. Run it on the member that writes to the system database.
# Source of the statements: Operations Manual, "Managing servers in a cluster".
set -euo pipefail

system() { "$ASK" system "$1"; }
"$ASK" system-writable || { echo "this member does not write to the system database; run it on the one that does" >&2; exit 1; }
# Servers that are lost and whose address belongs to another server now.
lost=$(system "SHOW SERVERS YIELD serverId, address, health RETURN serverId, address, health = 'Available' AS available" |
  jq -r '[.data.values[] | select(.[2]) | .[1]] as $present | .data.values[] | select((.[2] | not) and (.[1] | IN($present[]))) | .[0]')
[[ -n $lost ]] || { echo "no lost member has been replaced at its address"; exit 0; }
for server in $lost; do
  system "CALL dbms.cluster.cordonServer('$server')" >/dev/null
  system "DEALLOCATE DATABASES FROM SERVER '$server'" >/dev/null
  for ((try = 0; try < 300; try++)); do # copying the graph takes time proportional to its size
    system "DROP SERVER '$server'" >/dev/null 2>&1 && break
    sleep 2
  done
  ((try < 300)) || { echo "$server still hosts databases; see neo4j-ask system 'SHOW SERVERS'" >&2; exit 1; }
  echo "dropped $server"
done
