#!/bin/bash

# begin_report: starts the report of the check $CHECK in Prometheus' text format.
begin_report() {
  problems=0
  metrics=$(mktemp "$METRICS_DIRECTORY/.$CHECK.XXXXXX")
  chmod 0644 "$metrics"
}

# skip_report MESSAGE...: ends the check; another node runs it.
skip_report() {
  echo "$*"
  rm -f "$metrics"
  exit 0
}

# problem MESSAGE...: counts and prints a problem.
problem() {
  echo "PROBLEM: $*" >&2
  problems=$((problems + 1))
}

# metric NAME VALUE
metric() {
  echo "ape_timescaledb_$1 $2" >>"$metrics"
}

# report: publishes the metrics and fails if there was a problem.
report() {
  metric "${CHECK//-/_}_problems" "$problems"
  metric "${CHECK//-/_}_at_seconds" "$(date +%s)"
  mv "$metrics" "$METRICS_DIRECTORY/timescaledb-$CHECK.prom"
  ((problems == 0)) || exit 1
}
