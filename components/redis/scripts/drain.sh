#!/bin/bash
# Hands over and keeps this server a replica: until `redis-resume` or a restart, Sentinels do not choose it.
set -uo pipefail

stand_back
hand_over || {
  stand_ready
  false
}
