import { join } from "node:path";
import { addressOf, type Placed } from "../model/role";
import { FUNCTIONS, renderScript, type ScriptPart } from "../node/script";
import { BACKUP_PREFIX } from "./backup";
import { REPLICATION } from "./cli";
import { MASTER_NAME, SENTINEL_PORT } from "./endpoints";
import { KEEP_MASTER } from "./hand-over";
import { namesOf } from "./names";
import { DATA } from "./paths";
import { USERS } from "./secrets";
import type { RedisMode } from "./topology";

/** Milliseconds that Sentinels wait for a master during its restore before they declare it down: an hour. */
const RESTORE_MS = 3_600_000;

/**
 * The command that replaces all data by a backup from the bucket.
 * @param members those that hold the same data: all of them, or those of one shard of a cluster
 */
export function restoreScript(bucket: string, self: Placed, members: readonly Placed[], mode: RedisMode): string {
  const failover = SUSPEND_FAILOVER[mode](namesOf(members));
  return renderScript(
    join(__dirname, "scripts/restore.sh"),
    {
      ...REPLICATION.variables,
      ...failover.variables,
      DATA,
      KEEP_MASTER,
      OWN: addressOf(self),
      REPLICAS: members.length - 1,
      NAMES: members.map(({ role }) => role.name).join("|"),
      BUCKET: bucket,
      BACKUP_PREFIX,
    },
    [...REPLICATION.functions, FUNCTIONS.stopWith, ...failover.functions],
  );
}

/** The functions `suspend_failover` and `resume_failover` of each mode. */
const SUSPEND_FAILOVER: Readonly<Record<RedisMode, (members: readonly string[]) => ScriptPart>> = {
  single: () => ({ functions: [join(__dirname, "scripts/suspend-failover-single.sh")], variables: {} }),
  sentinel: (members) => ({
    functions: [join(__dirname, "scripts/suspend-failover-sentinel.sh")],
    variables: { MEMBERS: members, SENTINEL_USER: USERS.sentinel, SENTINEL_PORT, MASTER_NAME, RESTORE_MS },
  }),
  cluster: (members) => ({
    functions: [join(__dirname, "scripts/suspend-failover-cluster.sh")],
    variables: { MEMBERS: members },
  }),
};
