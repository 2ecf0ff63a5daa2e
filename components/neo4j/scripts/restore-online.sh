#!/bin/bash
# Replaces the graph with a backup from the bucket.
set -euo pipefail

admin() { runuser -u neo4j -- env HEAP_SIZE=256m "$@"; }

usage() {
  cat <<'USAGE'
Usage: ape-neo4j-restore --list | --latest | ARTEFACT
  ape-neo4j-restore --list      list the artefacts in the bucket, oldest first; each holds the graph as of its time (UTC)
  ape-neo4j-restore --latest    restore the newest
  ape-neo4j-restore neo4j-2026-01-31T12-30-00.backup
Run it as root; in a cluster, on the member that writes to the system database. All writes since the backup are lost.
USAGE
}

case "${1:-}" in
  --list) artefacts; exit ;;
  --latest) chosen=$(artefacts | tail -n 1) ;;
  --help) usage; exit ;;
  "" | -*) usage >&2; exit 2 ;;
  *) chosen=$1 ;;
esac
[[ -n $chosen ]] || stop_with "the bucket holds no backup"
artefacts | grep -qxF "$chosen" || stop_with "there is no backup $chosen; --list shows all"
lock_backups
check_member
rm -rf "$WORK"
install -d -o neo4j -g neo4j -m 0700 "$WORK"
trap 'rm -rf "$WORK"' EXIT
started=$(date +%s)
replace_graph "$chosen"
apply_schema || stop_with "the graph is restored, but its indexes could not be verified; see journalctl -u $SCHEMA_UNIT"
echo "restored $chosen in $(($(date +%s) - started)) s"
