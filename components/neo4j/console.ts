import { join } from "node:path";
import { TLS } from "../model/tls";
import { secretMark, dnsName, type NodeFile, type Placed } from "../model/role";
import { renderScript, type ScriptPart } from "../node/script";
import { CONFIG_DIRECTORY, HOME } from "./configuration";
import { PORTS } from "./endpoints";
import { API_SECRET, USER } from "./secrets";

/** Queries this node's server; usage is in scripts/ask.sh. */
export const ASK = "/usr/local/lib/ape/neo4j-ask";
/** Succeeds if the server answers a query now. */
export const ANSWERS = `${ASK} answers`;

/** The functions `await_server` and `start_server`. */
export const SERVER: ScriptPart = { functions: [join(__dirname, "scripts/server.sh")], variables: { ASK } };

const PASSWORD_FILE = `${CONFIG_DIRECTORY}/initial.password`;

/** How the node's jobs query its server: over HTTPS, which does not start a JVM per query. */
export function consoleFiles(self: Placed): NodeFile[] {
  return [
    { path: PASSWORD_FILE, content: secretMark(API_SECRET, "password"), owner: "neo4j:neo4j", mode: "0400" },
    { path: ASK, mode: "0755", content: askScript(self.role.name) },
    { path: INITIAL_PASSWORD, mode: "0755", content: initialPasswordScript() },
  ];
}

function askScript(role: string): string {
  return renderScript(join(__dirname, "scripts/ask.sh"), {
    DATABASES_URL: `https://${dnsName(role)}:${PORTS.https}/db`,
    CA: TLS.ca,
    USER_NAME: USER,
    PASSWORD_FILE,
  });
}

/** Sets the password. Runs as Neo4j's user before the first start. */
export const INITIAL_PASSWORD = "/usr/local/lib/ape/neo4j-initial-password";

/**
 * neo4j-admin accepts the password only on its command line, which every user of the node can read. The script therefore
 * starts its main class directly, with all arguments in a file that the JVM's launcher expands; the file is a pipe.
 */
function initialPasswordScript(): string {
  return renderScript(join(__dirname, "scripts/initial-password.sh"), { HOME_DIRECTORY: HOME, CONFIG_DIRECTORY });
}
