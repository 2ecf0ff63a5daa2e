import { join } from "node:path";
import { TLS } from "../model/tls";
import type { ScriptPart } from "../node/script";
import { REDIS_PORT } from "./endpoints";
import { passwordPath, USERS } from "./secrets";

/** The function `cli`, which gives up after 3 s. */
export const CLI: ScriptPart = {
  functions: [join(__dirname, "scripts/cli.sh")],
  variables: { CA: TLS.ca, CLI_SECONDS: 3 },
};

/** `cli` and the function `replication_field`. */
export const REPLICATION: ScriptPart = {
  functions: [...CLI.functions, join(__dirname, "scripts/replication-field.sh")],
  variables: { ...CLI.variables, ADMIN: USERS.admin, REDIS_PORT },
};

/** The start of a redis-cli command line that connects to this node's server with read-only rights. */
export const MONITORING_CLI = `REDISCLI_AUTH="$(cat ${passwordPath(USERS.monitoring)})" redis-cli --no-auth-warning --tls --cacert ${TLS.ca} --user ${USERS.monitoring} -h localhost -p ${REDIS_PORT}`;
