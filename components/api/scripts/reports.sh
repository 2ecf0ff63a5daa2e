#!/bin/bash
# Prints the released image or, if the wanted one failed, that image and why.
set -euo pipefail

cat "$FAILED" 2>/dev/null || cat "$STATE/current" 2>/dev/null || true
