import { TLS } from "../model/tls";
import { secretMark, dnsName, type NodeFile, type Placed } from "../model/role";
import { CONFIG_DIRECTORY } from "./configuration";
import { PORTS } from "./endpoints";
import { API_SECRET, USER } from "./secrets";

/** Asks this node's own server; see the script. */
export const ASK = "/usr/local/lib/ape/neo4j-ask";
/** Whether the server answers now. */
export const ANSWERS = `ASK_SECONDS=5 ${ASK} query 'RETURN 1'`;

const PASSWORD_FILE = `${CONFIG_DIRECTORY}/initial.password`;

/** How the node's own jobs speak to its server: over HTTPS, so that no JVM has to start for a question. */
export function consoleFiles(self: Placed): NodeFile[] {
  return [
    { path: PASSWORD_FILE, content: secretMark(API_SECRET, "password"), owner: "neo4j:neo4j", mode: "0400" },
    { path: ASK, mode: "0755", content: askScript(self.role.name) },
    { path: INITIAL_PASSWORD, mode: "0755", content: INITIAL_PASSWORD_SCRIPT },
  ];
}

function askScript(role: string): string {
  return `#!/bin/bash
# neo4j-ask query|system STATEMENT: runs it on this node's server, in the graph or in the database of users and servers,
#   and prints the answer as JSON; fails where Neo4j does.
#   A server that is starting may take a question and not answer it: ASK_SECONDS says how long to wait (default 150).
# neo4j-ask available|writable|system-writable: whether this member of a cluster serves reads, and whether it writes.
set -euo pipefail
readonly DATABASES=https://${dnsName(role)}:${PORTS.https}/db

ask() { # the password stands on no command line
  curl --fail-with-body -sS --max-time "\${ASK_SECONDS:-150}" --cacert ${TLS.ca} -K <(printf 'user = "${USER}:%s"\\n' "$(<${PASSWORD_FILE})") "$@"
}

run() { # a statement that fails while it runs is answered with 200 and its errors
  jq -n --arg statement "$2" '{statement: $statement}' |
    ask -H 'content-type: application/json' --data @- "$DATABASES/$1/query/v2" |
    jq -ce 'if .errors then error(.errors[0].message) else . end'
}

case "$1" in
  query) run neo4j "$2" ;;
  system) run system "$2" ;;
  available | writable) ask -o /dev/null "$DATABASES/neo4j/cluster/$1" ;;
  system-writable) ask -o /dev/null "$DATABASES/system/cluster/writable" ;;
  *) exit 64 ;;
esac
`;
}

/** Sets the password; run as Neo4j's user, before the first start. */
export const INITIAL_PASSWORD = "/usr/local/lib/ape/neo4j-initial-password";

/**
 * neo4j-admin takes the password on its command line only, where every user of the node could read it. So its main class
 * is started directly, with all arguments in a file that the JVM's launcher expands; the file is a pipe.
 */
const INITIAL_PASSWORD_SCRIPT = `#!/bin/bash
# Before the very first start only: later Neo4j ignores what this writes.
set -euo pipefail
readonly HOME_DIRECTORY=\${NEO4J_HOME:-/var/lib/neo4j} LIBRARIES=\${NEO4J_LIB:-/usr/share/neo4j/lib}
[[ ! -e $HOME_DIRECTORY/data/databases/system && ! -e $HOME_DIRECTORY/data/dbms/auth.ini ]] || exit 0
NEO4J_HOME=$HOME_DIRECTORY NEO4J_CONF=\${NEO4J_CONF:-${CONFIG_DIRECTORY}} java @<(
  printf '%s\\n' -Xmx128m -cp "\\"$LIBRARIES/*\\"" org.neo4j.cli.AdminTool dbms set-initial-password "$(<"\${NEO4J_CONF:-${CONFIG_DIRECTORY}}/initial.password")"
)
`;
