#!/bin/bash
# Before Patroni starts: stops the server that systemd runs, since a second one on the same data directory would damage it. A
# server that serves, because the node was single until now, serves until etcd has all of its members and Patroni can start.
set -euo pipefail

complete() { # etcd decides on the cluster's version once it has seen every member
  curl -fsS --max-time 5 --cacert "$CA" --cert "$CERTIFICATE" --key "$KEY" "${ETCD_URL}/version" |
    jq -e '(.etcdserver | split(".")[:2]) == (.etcdcluster | split(".")[:2])' >/dev/null
}

if systemctl is-active --quiet "$POSTGRESQL_UNIT"; then
  until complete; do sleep 1; done
  runuser -u postgres -- psql -Xqh "$SOCKET_DIRECTORY" -d postgres -c CHECKPOINT # shortens the stop
fi
systemctl stop "$POSTGRESQL_UNIT"
systemctl mask --quiet "$POSTGRESQL_UNIT"
