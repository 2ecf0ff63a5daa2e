#!/bin/bash
# Writes the file that redis-server starts with. A cluster keeps who replicates whom in a file that Redis writes.
set -euo pipefail

echo "include /etc/redis/ape.conf" >"$STATE.new"
mv "$STATE.new" "$STATE"
