#!/bin/bash

# stop_with MESSAGE...: prints the message to standard error and exits with 1.
stop_with() {
  echo "$*" >&2
  exit 1
}
