#!/bin/bash
# timescaledb-member hand-over: makes another member etcd's leader.
set -uo pipefail

case "$1" in
  hand-over) move_etcd_leader ;;
  *) exit 64 ;;
esac
