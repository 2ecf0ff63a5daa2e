#!/bin/bash

# apply_schema: applies the schema to a restored graph, which may lack parts of it. Retries a failed start twice.
apply_schema() {
  for _ in 1 2 3; do
    if systemctl restart "$SCHEMA_UNIT"; then return 0; fi
    sleep 5
  done
  return 1
}
