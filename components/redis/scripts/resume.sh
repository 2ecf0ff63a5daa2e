#!/bin/bash
# Makes this server a candidate for master again.
set -uo pipefail

stand_ready
