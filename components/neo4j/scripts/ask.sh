#!/bin/bash
# neo4j-ask query|system STATEMENT: runs STATEMENT on this node's server, in the graph or in the system database, and prints
#   the response as JSON. Fails if Neo4j reports an error. A starting server may accept a request and never respond:
#   ASK_SECONDS is the timeout (default 150).
# neo4j-ask answers: succeeds if the server answers a query within 5 s.
# neo4j-ask available|writable|system-writable: succeeds if this cluster member serves reads, or accepts writes.
set -euo pipefail

ask() { # passes the password through a pipe, not on the command line
  curl --fail-with-body -sS --max-time "${ASK_SECONDS:-150}" --cacert "$CA" -K <(printf 'user = "%s:%s"\n' "$USER_NAME" "$(<"$PASSWORD_FILE")") "$@"
}

run() { # a statement that fails at run time returns status 200 and a list of errors
  jq -n --arg statement "$2" '{statement: $statement}' |
    ask -H 'content-type: application/json' --data @- "$DATABASES_URL/$1/query/v2" |
    jq -ce 'if .errors then error(.errors[0].message) else . end'
}

case "$1" in
  query) run neo4j "$2" ;;
  system) run system "$2" ;;
  answers) ASK_SECONDS=5 run neo4j 'RETURN 1' ;;
  available | writable) ask -o /dev/null "$DATABASES_URL/neo4j/cluster/$1" ;;
  system-writable) ask -o /dev/null "$DATABASES_URL/system/cluster/writable" ;;
  *) exit 64 ;;
esac
