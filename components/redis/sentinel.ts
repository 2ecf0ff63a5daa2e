import { join } from "node:path";
import { addressOf, secretMark, type NodeFile, type Placed } from "../model/role";
import { renderScript, type ScriptPart } from "../node/script";
import { lines, TLS_LINES } from "./configuration";
import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "./endpoints";
import { addressesPart, combine } from "./names";
import { DATA, SENTINEL_STATE } from "./paths";
import { API_SECRET, passwordFile, SERVER_SECRET, USERS } from "./secrets";

export const SENTINEL_UNIT = "redis-sentinel.service";

/** Sentinels that must agree that a master is down. */
export const QUORUM = 2;
/** Milliseconds without a reply after which a Sentinel considers a master down: enough for a slow disk. */
const DOWN_AFTER_MS = 3000;
/**
 * A failed attempt is repeated after twice this time. Attempts do fail: two Sentinels that notice at the same moment
 * compete for votes. With Redis' default of three minutes, a repetition would take six.
 */
const FAILOVER_TIMEOUT_MS = 6000;

const FOLDER = `${DATA}/sentinel`;

/** The function `moved_addresses`. Requires `current_address`. */
export const MOVED_ADDRESSES: ScriptPart = {
  functions: [join(__dirname, "scripts/moved-addresses.sh")],
  variables: { SENTINEL_STATE },
};

/** Shell command that creates Sentinel's working directory. */
export const CREATE_FOLDER = `install -d -o redis -g redis -m 0750 ${FOLDER}`;

export function sentinelFiles(self: Placed, members: readonly Placed[]): NodeFile[] {
  return [
    passwordFile("sentinel"),
    {
      path: "/etc/redis/sentinel-users.acl",
      content: users(),
      owner: "root:redis",
      mode: "0640",
      restarts: SENTINEL_UNIT,
    },
    {
      path: SENTINEL_STATE,
      content: configuration(self, members[0]!),
      owner: "redis",
      mode: "0640",
      seed: true, // Sentinel stores its state here: overwriting the file would make it forget the current master
    },
    { path: START, mode: "0755", content: startScript(self, members) },
    {
      path: `/etc/systemd/system/${SENTINEL_UNIT}.d/60-sentinel.conf`,
      content: DROP_IN,
      restarts: SENTINEL_UNIT,
    },
  ];
}

const START = "/usr/local/lib/ape/redis-sentinel-start";

function startScript(self: Placed, members: readonly Placed[]): string {
  const { functions, variables } = combine(addressesPart(self, members), MOVED_ADDRESSES, {
    functions: [],
    variables: { QUORUM },
  });
  return renderScript(join(__dirname, "scripts/sentinel-start.sh"), variables, functions);
}

const DROP_IN = `[Service]
# Debian's unit allows only redis-sentinel to be executed.
ExecPaths=/usr/bin /usr/local/lib/ape
ExecStartPre=${START}
ExecStart=
ExecStart=/usr/bin/redis-sentinel ${SENTINEL_STATE} --supervised systemd --daemonize no
ReadWritePaths=-${DATA}
`;

/** Sentinel's initial configuration; Sentinel rewrites it afterwards. */
function configuration(self: Placed, master: Placed): string {
  const address = addressOf(self);
  return lines([
    `bind 127.0.0.1 ${address}`,
    "protected-mode yes",
    `tls-port ${SENTINEL_PORT}`,
    ...TLS_LINES,
    `dir ${FOLDER}`,
    "aclfile /etc/redis/sentinel-users.acl",
    `sentinel announce-ip ${address}`,
    `sentinel announce-port ${SENTINEL_PORT}`,
    `sentinel sentinel-user ${USERS.sentinel}`,
    `sentinel sentinel-pass ${secretMark(SERVER_SECRET, "sentinel")}`,
    `sentinel monitor ${MASTER_NAME} ${addressOf(master)} ${REDIS_PORT} ${QUORUM}`,
    `sentinel auth-user ${MASTER_NAME} ${USERS.sentinel}`,
    `sentinel auth-pass ${MASTER_NAME} ${secretMark(SERVER_SECRET, "sentinel")}`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER_NAME} ${FAILOVER_TIMEOUT_MS}`,
    `sentinel parallel-syncs ${MASTER_NAME} 1`,
    "sentinel deny-scripts-reconfig yes",
  ]);
}

/** Sentinel's users: the API may query, other Sentinels may command. */
function users(): string {
  const queries = ["get-master-addr-by-name", "sentinels", "replicas", "masters", "master", "ckquorum"];
  return lines([
    "user default off",
    `user ${USERS.api} on >${secretMark(API_SECRET, "password")} allchannels +@connection -@admin +subscribe +psubscribe ${queries.map((query) => `+sentinel|${query}`).join(" ")}`,
    `user ${USERS.sentinel} on >${secretMark(SERVER_SECRET, "sentinel")} allchannels +@all`,
  ]);
}
