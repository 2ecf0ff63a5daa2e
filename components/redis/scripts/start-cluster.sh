#!/bin/bash
# Writes the configuration that redis-server starts with. A cluster member reads its replication state from nodes.conf.
set -euo pipefail

echo "include /etc/redis/ape.conf" >"$STATE.new"
mv "$STATE.new" "$STATE"
