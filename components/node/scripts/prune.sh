#!/bin/bash

# prune PREFIX DAYS: deletes backups below PREFIX of $BUCKET that are older than DAYS, by the time in their key
# (2026-01-31T12-00-00). Always retains the newest key, even if it has expired.
prune() {
  local before key
  before=$(date -u -d "-$2 days" +%Y-%m-%dT%H-%M-%S)
  /usr/local/sbin/ape-node list "$BUCKET" "$1" | sort | head -n -1 | while read -r key; do
    [[ $key =~ [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2} && ${BASH_REMATCH[0]} < $before ]] || continue
    /usr/local/sbin/ape-node delete "$BUCKET" "$key" && echo "deleted $key"
  done
}
