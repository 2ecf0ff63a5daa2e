#!/bin/bash
# Leads HAProxy and the running containers to the stores' current addresses. HAProxy is not reloaded: connections would
# remain in its old process, which no longer checks servers and so never closes those of a former primary.
set -euo pipefail

haproxy() { socat -t 5 - "UNIX-CONNECT:$PROXY_SOCKET" <<<"$1"; } # haproxy COMMAND: prints its answer

haproxy "show servers state" | awk 'NR > 2 && NF { print $2, $4, $5 }' | while read -r backend server address; do
  now=$(getent ahostsv4 "${server%"$FALLBACK"}" | sed -n '1s/ .*//p')
  if [[ -n $now && $now != "$address" ]]; then
    answer=$(haproxy "set server $backend/$server addr $now")
    [[ $answer == *"IP changed"* ]] || stop_with "HAProxy does not change $server to $now: $answer"
  fi
done

# A container's hosts file is a copy.
for container in $(podman ps --quiet --filter "name=^$CONTAINERS"); do
  cat /etc/hosts >"$(podman inspect --format '{{.HostsPath}}' "$container")"
done
