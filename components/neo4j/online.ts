import { join } from "node:path";
import type { Placed } from "../model/role";
import { BACKUP_HOUR_DIGITS } from "../model/schedule";
import { FUNCTIONS, renderScript, type ScriptPart } from "../node/script";
import type { Neo4jArgs } from "./args";
import { artefactUri, LOCK, ONLINE_PREFIX, WORK } from "./backup-layout";
import { memberNames, PORTS } from "./endpoints";
import { VERSIONS } from "./version";

export type OnlineBackup = Pick<Neo4jArgs, "cloud" | "backup" | "version">;

/** The function `artefacts`, and what backup and restore have in common. */
export function artefacts({ cloud, backup: { bucket }, version }: OnlineBackup): ScriptPart {
  return {
    functions: [join(__dirname, "scripts/artefacts.sh")],
    variables: {
      BUCKET: bucket,
      PREFIX: ONLINE_PREFIX,
      REPOSITORY: artefactUri(cloud, bucket),
      AGGREGATE: VERSIONS[version].aggregate,
    },
  };
}

export function onlineScript(args: OnlineBackup, self: Placed, all: readonly Placed[]): string {
  const names = memberNames(all);
  const { functions, variables } = artefacts(args);
  return renderScript(
    join(__dirname, "scripts/online.sh"),
    {
      WORK,
      EARLIER_MEMBERS: names.slice(0, names.indexOf(memberNames([self])[0]!)),
      BOLT_PORT: PORTS.bolt,
      BACKUP_PORT: PORTS.backup,
      FULL_HOUR: BACKUP_HOUR_DIGITS,
      RETENTION_DAYS: args.backup.retentionDays,
      ...LOCK.variables,
      ...variables,
    },
    [...LOCK.functions, ...functions, FUNCTIONS.prune],
  );
}
