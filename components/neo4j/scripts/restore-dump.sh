#!/bin/bash
# Replaces the graph with a backup from the bucket.
set -euo pipefail

node() { /usr/local/sbin/ape-node "$@"; }
backups() { node list "$BUCKET" "$PREFIX" | sed -n "s|^$PREFIX\(.*\)/$MANIFEST\$|\1|p" | sort; }

usage() {
  cat <<'USAGE'
Usage: ape-neo4j-restore [--with-users] --list | --latest | BACKUP
  ape-neo4j-restore --list      list the complete backups in the bucket, oldest first
  ape-neo4j-restore --latest    restore the newest
  ape-neo4j-restore 2026-01-31T02-30-00Z
  --with-users                  also restore users and passwords
Run it as root. All writes since the backup are lost.
USAGE
}

databases=("$GRAPH")
if [[ ${1:-} == --with-users ]]; then
  databases+=("$USERS")
  shift
fi
case "${1:-}" in
  --list) backups; exit ;;
  --latest) chosen=$(backups | tail -n 1) ;;
  --help) usage; exit ;;
  "" | -*) usage >&2; exit 2 ;;
  *) chosen=$1 ;;
esac
[[ -n $chosen ]] || stop_with "the bucket holds no complete backup"

lock_backups
[[ ! -e $ASIDE ]] || stop_with "$ASIDE holds the graph from before an unfinished restore; inspect it, then remove it"
rm -rf "$WORK"
install -d -o neo4j -g neo4j -m 0700 "$WORK"
trap 'rm -rf "$WORK"' EXIT
cd "$WORK"
started=$(date +%s)
node get "$BUCKET" "$PREFIX$chosen/$MANIFEST" >"$MANIFEST" || stop_with "there is no complete backup $chosen"
for database in "${databases[@]}"; do
  while read -r sum piece; do
    [[ $piece == "$database.dump."* ]] || continue
    node get "$BUCKET" "$PREFIX$chosen/$piece" >fetched || stop_with "$piece of $chosen cannot be downloaded; nothing was changed"
    echo "$sum  fetched" | sha256sum --check --status || stop_with "$piece of $chosen is damaged; nothing was changed"
    cat fetched >>"$database.dump"
  done <"$MANIFEST"
  [[ -s $database.dump ]] || stop_with "$chosen has no dump of $database; nothing was changed"
done
rm -f fetched
chown neo4j:neo4j ./*.dump

back() { # restores the previous state
  systemctl stop neo4j.service
  for database in "${databases[@]}"; do
    rm -rf "$DATA/databases/$database" "$DATA/transactions/$database"
    for part in databases transactions; do
      if [[ -e $ASIDE/$part/$database ]]; then mv "$ASIDE/$part/$database" "$DATA/$part/$database"; fi
    done
  done
  rm -rf "$ASIDE"
  start_server
}

systemctl stop neo4j.service
install -d -o neo4j -g neo4j -m 0700 "$ASIDE"/{databases,transactions}
for database in "${databases[@]}"; do
  for part in databases transactions; do
    if [[ -e $DATA/$part/$database ]]; then mv "$DATA/$part/$database" "$ASIDE/$part/$database"; fi
  done
  quiet neo4j-admin database load "$database" --from-path="$WORK" --overwrite-destination=true >/dev/null ||
    { back; stop_with "$chosen cannot be loaded; the previous graph is back"; }
done
start_server || { back; stop_with "Neo4j does not serve the restored graph; the previous graph is back"; }
rm -rf "$ASIDE"
apply_schema || stop_with "the graph is restored, but its indexes could not be verified; see journalctl -u $SCHEMA_UNIT"
count() { "$ASK" query "$1" | jq -r '.data.values[0][0]'; }
echo "restored $chosen in $(($(date +%s) - started)) s: $(count 'MATCH (n) RETURN count(n)') nodes," \
  "$(count 'MATCH ()-->() RETURN count(*)') relationships"
