import { addressOf, type Placed } from "../model/role";
import { BACKUP_PREFIX } from "./backup";
import { CLI_FUNCTION, FIELD_FUNCTION } from "./cli";
import { DATA } from "./configuration";
import { MASTER_NAME, REDIS_PORT, SENTINEL_PORT } from "./endpoints";
import { USERS } from "./secrets";
import { KEEP_MASTER } from "./stop";
import type { RedisMode } from "./topology";

/** Milliseconds for which Sentinels leave a master alone that is being restored. */
const RESTORE_MS = 3_600_000;
/** Name of the append-only file in Redis' own directory for them: Redis' defaults. */
const AOF = "appendonlydir/appendonly.aof";

/**
 * Puts a copy from the bucket in the place of all data. Redis reads nothing but its append-only file at start-up, so the
 * copy becomes that file's base. Replicas then take everything from the master anew.
 */
export function restoreScript(bucket: string, self: Placed, members: readonly Placed[], mode: RedisMode): string {
  const own = addressOf(self);
  return `#!/bin/bash
# Puts a copy from the bucket in the place of all of Redis' data.
set -euo pipefail

${CLI_FUNCTION}
${FIELD_FUNCTION}
info() { cli ${USERS.admin} localhost ${REDIS_PORT} info replication | field "$1"; }
copies() { /usr/local/sbin/ape-node list ${bucket} ${BACKUP_PREFIX} | grep -E '(${members.map(({ role }) => role.name).join("|")})\\.rdb$' | sort; }
stop_with() { echo "$*" >&2; exit 1; }

usage() {
  cat <<'USAGE'
Usage: ape-redis-restore --list | --latest | COPY
  ape-redis-restore --list      copies in the bucket, oldest first
  ape-redis-restore --latest    restore the newest
  ape-redis-restore ${BACKUP_PREFIX}2026-01-31T12-00-00Z-redis-1.rdb
Run it as root on the master. Keys written since the copy was made are gone afterwards.
USAGE
}

case "\${1:-}" in
  --list) copies; exit ;;
  --latest) chosen=$(copies | tail -n 1) ;;
  --help) usage; exit ;;
  "" | -*) usage >&2; exit 2 ;;
  *) chosen=$1 ;;
esac
[[ -n $chosen ]] || stop_with "the bucket holds no copy"
${
  members.length > 1
    ? `[[ $(info role) == master ]] || stop_with "this is a replica; run it on $(info master_host)"
`
    : ""
}
copy=$(mktemp ${DATA}/restore.XXXXXX)
aside=${DATA}/before-restore
trap 'rm -f "$copy" ${KEEP_MASTER}; resume' EXIT
${KEEPING[mode](members)}
/usr/local/sbin/ape-node get ${bucket} "$chosen" >"$copy" || stop_with "$chosen can't be fetched"
redis-check-rdb "$copy" >/dev/null || stop_with "$chosen is damaged; nothing was changed"
started=$(date +%s)
echo "keys before: $(cli ${USERS.admin} localhost ${REDIS_PORT} dbsize)"
${members.length > 1 ? `leave_alone\ntouch ${KEEP_MASTER}\n` : ""}
systemctl stop redis-server.service
rm -rf "$aside"
install -d -o redis -g redis -m 0750 "$aside" ${DATA}/appendonlydir
find ${DATA}/appendonlydir ${DATA}/dump.rdb -type f -exec mv -t "$aside" {} + 2>/dev/null || true
install -o redis -g redis -m 0640 "$copy" ${DATA}/${AOF}.1.base.rdb
echo "file appendonly.aof.1.base.rdb seq 1 type b" >${DATA}/${AOF}.manifest
chown redis:redis ${DATA}/${AOF}.manifest
systemctl start redis-server.service
for ((try = 0; try < 600; try++)); do
  [[ $(cli ${USERS.admin} localhost ${REDIS_PORT} ping 2>/dev/null) == PONG ]] && break
  sleep 0.5
done
[[ $(info role) == master ]] || stop_with "${own} is no longer the master; the data before stand in $aside"
${members.length > 1 ? followers(members.length - 1) : ""}
rm -rf "$aside"
echo "keys after: $(cli ${USERS.admin} localhost ${REDIS_PORT} dbsize)"
echo "restored $chosen in $(($(date +%s) - started)) s"
`;
}

/** Shell functions that keep others from taking over while a master is away, and let them again. */
const KEEPING: Readonly<Record<RedisMode, (members: readonly Placed[]) => string>> = {
  single: () => "resume() { :; }",
  sentinel: (members) => `
down_after=
sentinels() { # sentinels COMMAND...
  local member
  for member in ${members.map(addressOf).join(" ")}; do cli ${USERS.sentinel} "$member" ${SENTINEL_PORT} sentinel "$@" || true; done
}
leave_alone() {
  down_after=$(cli ${USERS.sentinel} localhost ${SENTINEL_PORT} sentinel master ${MASTER_NAME} | grep -A1 '^down-after-milliseconds$' | tail -n 1)
  sentinels set ${MASTER_NAME} down-after-milliseconds ${RESTORE_MS} >/dev/null
}
resume() {
  if [[ -n $down_after ]]; then sentinels set ${MASTER_NAME} down-after-milliseconds "$down_after" >/dev/null; fi
}
trap 'exit 130' INT TERM
`,
  cluster: (members) => `
failover() { # failover yes|no
  local member
  for member in ${members.map(addressOf).join(" ")}; do
    cli ${USERS.admin} "$member" ${REDIS_PORT} config set cluster-replica-no-failover "$1" >/dev/null || true
  done
}
leave_alone() { failover yes; }
resume() { failover no; }
trap 'exit 130' INT TERM
`,
};

function followers(count: number): string {
  return `
echo "waiting for the replicas"
for ((try = 0; try < 600; try++)); do
  [[ $(cli ${USERS.admin} localhost ${REDIS_PORT} info replication | grep -c ',state=online,') == ${count} ]] && break
  sleep 0.5
done
`;
}
