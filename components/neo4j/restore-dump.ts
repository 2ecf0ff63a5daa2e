import { ASK } from "./console";
import { HOME } from "./configuration";
import { ALONE_FUNCTION, dumpPrefix, WORK } from "./backup-layout";
import { AWAIT_FUNCTION, DATABASES, MANIFEST, QUIET_FUNCTION } from "./dump";
import { SCHEMA_FUNCTION } from "./schema";

/** Of a backup of Community Edition: loads its dumps into the stopped server; what was there stands aside until it serves. */
export function restoreDumpScript(bucket: string, role: string): string {
  const prefix = dumpPrefix(role);
  const [graph, users] = DATABASES;
  return `#!/bin/bash
# Puts a backup from the bucket in the place of the graph.
set -euo pipefail
readonly WORK=${WORK} DATA=${HOME}/data ASIDE=${HOME}/before-restore

${ALONE_FUNCTION}
${AWAIT_FUNCTION}${SCHEMA_FUNCTION}
${QUIET_FUNCTION}
node() { /usr/local/sbin/ape-node "$@"; }
backups() { node list ${bucket} ${prefix} | sed -n 's|^${prefix}\\(.*\\)/${MANIFEST}$|\\1|p' | sort; }
stop_with() { echo "$*" >&2; exit 1; }

usage() {
  cat <<'USAGE'
Usage: ape-neo4j-restore [--with-users] --list | --latest | BACKUP
  ape-neo4j-restore --list      whole backups in the bucket, oldest first
  ape-neo4j-restore --latest    restore the newest
  ape-neo4j-restore 2026-01-31T02-30-00Z
  --with-users                  the users and passwords of then as well
Run it as root. What was written since the backup was made is gone afterwards.
USAGE
}

databases=(${graph})
if [[ \${1:-} == --with-users ]]; then
  databases+=(${users})
  shift
fi
case "\${1:-}" in
  --list) backups; exit ;;
  --latest) chosen=$(backups | tail -n 1) ;;
  --help) usage; exit ;;
  "" | -*) usage >&2; exit 2 ;;
  *) chosen=$1 ;;
esac
[[ -n $chosen ]] || stop_with "the bucket holds no whole backup"

alone
[[ ! -e $ASIDE ]] || stop_with "$ASIDE holds the graph from before an unfinished restore; look at it, then remove it"
rm -rf "$WORK"
install -d -o neo4j -g neo4j -m 0700 "$WORK"
trap 'rm -rf "$WORK"' EXIT
cd "$WORK"
started=$(date +%s)
node get ${bucket} "${prefix}$chosen/${MANIFEST}" >${MANIFEST} || stop_with "there is no whole backup $chosen"
for database in "\${databases[@]}"; do
  while read -r sum piece; do
    [[ $piece == "$database.dump."* ]] || continue
    node get ${bucket} "${prefix}$chosen/$piece" >fetched || stop_with "$piece of $chosen can't be fetched; nothing was changed"
    echo "$sum  fetched" | sha256sum --check --status || stop_with "$piece of $chosen is damaged; nothing was changed"
    cat fetched >>"$database.dump"
  done <${MANIFEST}
  [[ -s $database.dump ]] || stop_with "$chosen has no dump of $database; nothing was changed"
done
rm -f fetched
chown neo4j:neo4j ./*.dump

back() { # everything as it was before
  systemctl stop neo4j.service
  for database in "\${databases[@]}"; do
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
for database in "\${databases[@]}"; do
  for part in databases transactions; do
    if [[ -e $DATA/$part/$database ]]; then mv "$DATA/$part/$database" "$ASIDE/$part/$database"; fi
  done
  quiet neo4j-admin database load "$database" --from-path="$WORK" --overwrite-destination=true >/dev/null ||
    { back; stop_with "$chosen can't be loaded; the graph is as it was"; }
done
start_server || { back; stop_with "Neo4j does not serve what was restored; the graph is as it was"; }
rm -rf "$ASIDE"
apply_schema || stop_with "the graph is restored, but its indexes could not be checked: journalctl -u ape-neo4j-schema"
count() { ${ASK} query "$1" | jq -r '.data.values[0][0]'; }
echo "restored $chosen in $(($(date +%s) - started)) s: $(count 'MATCH (n) RETURN count(n)') nodes," \\
  "$(count 'MATCH ()-->() RETURN count(*)') relationships"
`;
}
