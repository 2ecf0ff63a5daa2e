import type { NodeFile } from "../model/role";
import { PATRONI_CONFIG, SCOPE } from "./patroni";
import { BACKUP_LOCK } from "./schedule";
import { BIN_DIRECTORY, DATA_DIRECTORY, POSTGRESQL_UNIT, SOCKET_DIRECTORY } from "./topology";

/** Puts the backups' state of a moment in the place of the data; for people. */
export const RESTORE_SCRIPT = "/usr/local/sbin/ape-timescaledb-restore";

/** The command that restores a database that is there. */
export function restoreFile(patroni: boolean): NodeFile {
  return { path: RESTORE_SCRIPT, content: restoreScript(patroni), mode: "0755" };
}

function restoreScript(patroni: boolean): string {
  const { before, start, after } = patroni ? UNDER_PATRONI : ALONE;
  return `#!/bin/bash
# Puts the backups' state of a moment in the place of the database.
set -euo pipefail
export PGHOST=${SOCKET_DIRECTORY}

usage() {
  cat <<'USAGE'
Usage: ape-timescaledb-restore --list | --latest | --to TIME
  ape-timescaledb-restore --list                          backups in the bucket, and how far they reach
  ape-timescaledb-restore --to "2026-01-31 12:00:00+00"   the last state before that moment; its zone must be given
  ape-timescaledb-restore --latest                        the end of the backups
Run it as root on the primary. What was written since is gone afterwards, though not from the backups.
USAGE
}
stop_with() { echo "$*" >&2; exit 1; }
as_postgres() { runuser -u postgres -- "$@"; }
backups() { as_postgres pgbackrest --stanza=main "$@" info; }
ask() { as_postgres psql -XAtqd postgres -c "$1"; }

case "\${1:-}" in
  --list) backups; exit ;;
  --help) usage; exit ;;
  --latest) options=(--type=default) ;;
  --to)
    moment=\${2:-}
    [[ $moment =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}[\\ T][0-9:.]+(Z|[+-][0-9]{2}(:?[0-9]{2})?)$ ]] ||
      stop_with "--to: \\"$moment\\" is not a time with its zone, for example \\"2026-01-31 12:00:00+00\\""
    seconds=$(date -d "$moment" +%s) || stop_with "--to: there is no such time as \\"$moment\\""
    ((seconds < $(date +%s))) || stop_with "--to: $moment is still to come"
    oldest=$(backups --output=json | jq '[.[].backup[]?.timestamp.stop] | min // empty')
    [[ -n $oldest ]] || stop_with "the bucket has no backup"
    ((seconds > oldest)) || stop_with "--to: the oldest backup ended later, at $(date -u -d "@$oldest" "+%F %T+00")"
    options=(--type=time "--target=$(date -u -d "$moment" "+%F %H:%M:%S.%6N+00")" --target-action=promote)
    ;;
  *) usage >&2; exit 2 ;;
esac
[[ $EUID == 0 ]] || stop_with "run it as root"

exec 9>>${BACKUP_LOCK}
flock 9 # no backup of a half-restored database
began=$(date +%s)
${before}
as_postgres pgbackrest --stanza=main --delta "\${options[@]}" restore
${start}
until [[ $(ask "SELECT pg_is_in_recovery()" 2>/dev/null) == f ]]; do sleep 0.5; done
# A server that is a standby later must not stop at this moment again.
for setting in restore_command recovery_target_time recovery_target_action recovery_target_timeline; do
  ask "ALTER SYSTEM RESET $setting"
done
${after}
echo "restored in $(($(date +%s) - began)) s"
`;
}

const ALONE = {
  before: `systemctl stop ${POSTGRESQL_UNIT}`,
  start: `systemctl start ${POSTGRESQL_UNIT}`,
  after: `ask "SELECT pg_reload_conf()" >/dev/null`,
} as const;

const PATRONICTL = `patronictl -c ${PATRONI_CONFIG}`;

/**
 * While Patroni is paused no member takes over, and it leaves the server to us. It then finds a primary on a new timeline
 * and makes it the leader; the standby, whose data reach further, is rewound.
 */
const UNDER_PATRONI = {
  before: `if [[ $(ask "SELECT pg_is_in_recovery()") == t ]]; then
  stop_with "this is a standby; run it on $(${PATRONICTL} list --format json | jq -r '.[] | select(.Role == "Leader").Member')"
fi
trap '(($? == 0)) || echo "automatic failover is paused; ${PATRONICTL} resume ${SCOPE} switches it on again" >&2' EXIT
${PATRONICTL} pause --wait ${SCOPE}
systemctl stop patroni.service
as_postgres ${BIN_DIRECTORY}/pg_ctl --pgdata=${DATA_DIRECTORY} --mode=fast --timeout=600 stop`,
  start: `as_postgres ${BIN_DIRECTORY}/pg_ctl --pgdata=${DATA_DIRECTORY} --timeout=86400 --log=/dev/null start 9>&-`,
  after: `systemctl start patroni.service
members() { ${PATRONICTL} list --format json 2>/dev/null; }
until members | jq -e 'any(.[]; .Role == "Leader" and .State == "running")' >/dev/null; do sleep 1; done
${PATRONICTL} resume --wait ${SCOPE}
echo "restored in $(($(date +%s) - began)) s; bringing the standby along"
# It is rewound when it starts: its own history goes on after the moment.
for member in $(members | jq -r '.[] | select(.Role != "Leader").Member'); do
  ${PATRONICTL} restart --force ${SCOPE} "$member" >/dev/null 2>&1 || true
  for ((try = 0; try < 300; try++)); do
    members | jq -e --arg member "$member" 'any(.[]; .Member == $member and .State == "streaming")' >/dev/null && break
    sleep 2
  done
  ((try < 300)) || echo "$member does not follow; ${PATRONICTL} reinit ${SCOPE} $member copies it anew" >&2
done`,
} as const;
