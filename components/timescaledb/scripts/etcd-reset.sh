#!/bin/bash
# Discards etcd's state on this node after the other members have lost theirs. Patroni recreates its keys.
set -euo pipefail

if [[ ${1:-} != --majority-is-lost ]]; then
  cat >&2 <<'USAGE'
Usage: ape-etcd-reset --majority-is-lost
Run it only if the other members' disks are lost. The old state is moved aside.
USAGE
  exit 2
fi
systemctl stop etcd.service
rm -rf "$DIRECTORY/before-reset"
if [[ -d $DIRECTORY/member ]]; then mv "$DIRECTORY/member" "$DIRECTORY/before-reset"; fi
systemctl start --no-block etcd.service
