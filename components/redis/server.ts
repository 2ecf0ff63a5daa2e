import { join } from "node:path";
import type { NodeFile, Placed } from "../model/role";
import { FUNCTIONS, renderScript } from "../node/script";
import type { RedisArgs } from "./args";
import { CLI } from "./cli";
import { redisUsers, settings, startConfiguration } from "./configuration";
import { REDIS_PORT } from "./endpoints";
import { STOP_SECONDS } from "./hand-over";
import { restoreScript } from "./restore";
import { passwordFile, USERS } from "./secrets";
import { SETTINGS_FILE, START_FILE, STATE } from "./paths";
import { startScript } from "./start";
import { stopScript } from "./stop";

export const SERVER_UNIT = "redis-server.service";

/**
 * The files of redis-server.
 * @param members all members
 * @param sameData the members that hold the same data as this one, including itself
 */
export function serverFiles(
  args: RedisArgs,
  self: Placed,
  members: readonly Placed[],
  sameData: readonly Placed[],
): NodeFile[] {
  const own = { owner: "root:redis", mode: "0640" };
  return [
    { path: START_FILE, content: startConfiguration(self, args.mode), ...own, restarts: SERVER_UNIT },
    { path: SETTINGS_FILE, content: settings(args), ...own, reloads: SERVER_UNIT },
    { path: "/etc/redis/users.acl", content: redisUsers(), ...own, reloads: SERVER_UNIT },
    { path: RELOAD, mode: "0755", content: reloadScript() },
    passwordFile("monitoring"),
    passwordFile("replication"),
    passwordFile("admin"),
    { path: "/usr/local/lib/ape/redis-start", mode: "0755", content: startScript(self, members, args.mode) },
    { path: "/usr/local/lib/ape/redis-stop", mode: "0755", content: stopScript(self, members, args.mode) },
    {
      path: "/usr/local/sbin/ape-redis-restore",
      mode: "0755",
      content: restoreScript(args.backup.bucket, self, sameData, args.mode),
    },
    { path: `/etc/systemd/system/${SERVER_UNIT}.d/60-redis.conf`, content: DROP_IN, restarts: SERVER_UNIT },
  ];
}

const RELOAD = "/usr/local/lib/ape/redis-reload";

function reloadScript(): string {
  return renderScript(
    join(__dirname, "scripts/reload.sh"),
    { ...CLI.variables, ADMIN: USERS.admin, REDIS_PORT, SETTINGS_FILE },
    [...CLI.functions, FUNCTIONS.stopWith],
  );
}

const DROP_IN = `[Service]
# Debian's unit allows only redis-server to be executed.
ExecPaths=/usr/bin /usr/local/lib/ape
ExecStartPre=/usr/local/lib/ape/redis-start
ExecStart=
ExecStart=/usr/bin/redis-server ${STATE} --supervised systemd --daemonize no
ExecReload=${RELOAD}
ExecStop=/usr/local/lib/ape/redis-stop $MAINPID
# Debian's unit has no stop timeout.
TimeoutStopSec=${STOP_SECONDS}
LimitNOFILE=65536
`;
