import { join } from "node:path";
import type { NodeFile } from "../model/role";
import { renderScript } from "../node/script";
import { ETCD_HEALTH, JOINED } from "./etcd";
import { LIMITS, PATRONI, PATRONI_CONFIG, SCOPE } from "./patroni";
import { SOCKET_DIRECTORY } from "./topology";

/** Applies settings that require a restart. Run by an operator. */
export const RESTART_SCRIPT = "/usr/local/sbin/ape-timescaledb-restart";

/** Makes the only surviving data node the primary. Run by an operator. */
const PROMOTE_SCRIPT = "/usr/local/sbin/ape-timescaledb-promote";

/** Operations on a pair of data nodes that Patroni leaves to an operator. */
export function operationFiles(member: string): NodeFile[] {
  return [
    { path: RESTART_SCRIPT, content: restartScript(), mode: "0755" },
    { path: PROMOTE_SCRIPT, content: promoteScript(member), mode: "0755" },
  ];
}

/**
 * The standby restarts first, because its limits must be at least the primary's; then it takes over, and the former primary
 * follows. A lower limit is the exception: a standby keeps its primary's, so the primary restarts in place.
 */
function restartScript(): string {
  return renderScript(join(__dirname, "scripts/restart.sh"), { ...PATRONI.variables, ...LIMITS.variables }, [
    ...PATRONI.functions,
    ...LIMITS.functions,
  ]);
}

/**
 * With two of three zones lost there is no majority, and the standby waits. This node cannot know that the other members
 * are permanently off: the operator must power them off first.
 */
function promoteScript(member: string): string {
  return renderScript(join(__dirname, "scripts/promote.sh"), {
    MEMBER: member,
    ETCD_HEALTH,
    JOINED,
    PATRONI_CONFIG,
    SCOPE,
    SOCKET_DIRECTORY,
  });
}
