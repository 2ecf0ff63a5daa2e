import type { NodeFile, Placed } from "../model/role";
import type { RedisArgs } from "./args";
import { redisConfiguration, redisUsers } from "./configuration";
import { STOP_SECONDS } from "./hand-over";
import { restoreScript } from "./restore";
import { passwordFile } from "./secrets";
import { startScript, STATE } from "./start";
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
  const own = { owner: "root:redis", mode: "0640", restarts: SERVER_UNIT };
  return [
    { path: "/etc/redis/ape.conf", content: redisConfiguration(self, args), ...own },
    { path: "/etc/redis/users.acl", content: redisUsers(), ...own },
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

const DROP_IN = `[Service]
# Debian's unit allows only redis-server to be executed.
ExecPaths=/usr/bin /usr/local/lib/ape
ExecStartPre=/usr/local/lib/ape/redis-start
ExecStart=
ExecStart=/usr/bin/redis-server ${STATE} --supervised systemd --daemonize no
ExecStop=/usr/local/lib/ape/redis-stop $MAINPID
# Debian's unit has no stop timeout.
TimeoutStopSec=${STOP_SECONDS}
LimitNOFILE=65536
`;
