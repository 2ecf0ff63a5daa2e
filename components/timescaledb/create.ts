import type { NodeFile } from "../model/role";
import { SPOOL_DIRECTORY } from "./pgbackrest";
import { BIN_DIRECTORY, DATA_DIRECTORY } from "./topology";

/** Makes the data directory; run as the system user postgres, by the bootstrap or by Patroni. */
export const CREATE_SCRIPT = "/usr/local/lib/ape/timescaledb-create";

/**
 * A new directory is made aside and then renamed, so that a half-made one is never taken for a database. Whether there
 * are backups must be known for sure: an empty database beside them could not be backed up. Page checksums find damaged
 * disks and let a former primary be rewound. Sorting is by PostgreSQL's own C.UTF-8: an upgrade of the system's locales
 * would otherwise silently corrupt indexes.
 *
 * @param restoreTo What a blank disk is filled with: the backups' state of this moment, ISO 8601; without it their end.
 */
export function createFile(restoreTo: string | undefined): NodeFile {
  return { path: CREATE_SCRIPT, content: createScript(restoreTo), mode: "0755" };
}

function createScript(restoreTo: string | undefined): string {
  return `#!/bin/bash
# Makes the data directory where there is none: from the backups if the bucket has any, otherwise new and empty.
set -euo pipefail
readonly TARGET=${DATA_DIRECTORY}
[[ ! -e $TARGET/global/pg_control ]] || exit 0
install -d -m 0700 "$(dirname $TARGET)" ${SPOOL_DIRECTORY}
for ((try = 0; ; try++)); do
  backups=$(timeout 60 pgbackrest --stanza=main --output=json --log-level-console=off info) || backups='[{"status":{"code":99}}]'
  if jq -e 'any(.[]; .backup // [] | length > 0)' <<<"$backups" >/dev/null; then
    echo "restoring ${restoreTo === undefined ? "the end of the backups" : `the backups' state of ${restoreTo}`}"
    exec pgbackrest --stanza=main ${restoreTo === undefined ? "" : `--type=time --target="${targetTime(restoreTo)}" --target-action=promote `}restore
  fi
  # 1 to 3: the bucket answers, and has no backup.
  ! jq -e 'all(.[]; .status.code | IN(1, 2, 3))' <<<"$backups" >/dev/null || break
  if ((try == 30)); then
    echo "the bucket of the backups can't be read: $(jq -c '[.[].status.message]' <<<"$backups")" >&2
    exit 1
  fi
  sleep 10
done
echo "the bucket has no backup: starting with an empty database"
rm -rf "$TARGET.new"
${BIN_DIRECTORY}/initdb --pgdata="$TARGET.new" --data-checksums --encoding=UTF8 --locale-provider=builtin \\
  --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256 --no-instructions
if [[ -d $TARGET ]]; then rmdir "$TARGET"; fi
mv "$TARGET.new" "$TARGET"
`;
}

/** As PostgreSQL writes it: with a zone that pgBackRest reads as well. */
function targetTime(moment: string): string {
  return moment.replace("T", " ").replace("Z", "+00");
}
