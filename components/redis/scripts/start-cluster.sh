#!/bin/bash
# Writes the configuration that redis-server starts with. A cluster member reads its replication state from nodes.conf.
set -euo pipefail

write_state </dev/null
