import { TLS } from "../model/tls";

/** How redis-cli reaches this node's own server as a user who may only look. */
export function localCli(port: number, user: string, passwordFile: string): string {
  return `REDISCLI_AUTH="$(cat ${passwordFile})" redis-cli --no-auth-warning --tls --cacert ${TLS.ca} --user ${user} -h localhost -p ${port}`;
}

/** A shell function: `cli USER HOST PORT COMMAND...` asks a server, or a Sentinel, as one of Redis' users; 3 seconds at most. */
export const CLI_FUNCTION = `cli() { # cli USER HOST PORT COMMAND...
  REDISCLI_AUTH=$(cat "/etc/redis/$1.password") timeout 3 redis-cli --no-auth-warning --tls --cacert ${TLS.ca} \\
    --user "$1" -h "$2" -p "$3" "\${@:4}"
}`;

/** A shell function: `field NAME` takes one field of what INFO printed. */
export const FIELD_FUNCTION = `field() { # field NAME, from INFO's output
  tr -d '\\r' | sed -n "s/^$1://p"
}`;
