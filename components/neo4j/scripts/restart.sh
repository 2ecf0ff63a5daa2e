#!/bin/bash
# Restarts Neo4j and waits until it serves.
set -euo pipefail

systemctl stop neo4j.service
start_server || { echo "Neo4j does not serve" >&2; exit 1; }
