/** The keys of the bootstrap bucket's objects, and which of them a node may read and write. */

/** The object that holds what a node is to be. */
export function orderKey(node: string): string {
  return `nodes/${node}`;
}

const BOOTSTRAPS = "bootstrap/";

/** The object that holds a bootstrap. */
export function bootstrapKey(sha256: string): string {
  return `${BOOTSTRAPS}${sha256}.sh`;
}

/** The deployer's request to all nodes. */
export const REQUEST_KEY = "request.json";

/** The prefix of all statuses. */
export const STATUS_PREFIX = "status/";

/** The status of a node with a fixed name. */
export function statusKey(node: string): string {
  return `${STATUS_PREFIX}${node}.json`;
}

/** The prefix of the statuses of a group's members. */
export function memberStatusPrefix(group: string): string {
  return `${STATUS_PREFIX}${group}/`;
}

/** Keys that a node reads; those that end in "/" are prefixes. */
export function readAtBoot(node: string): readonly string[] {
  return [orderKey(node), BOOTSTRAPS, REQUEST_KEY];
}

/** Keys that only this node, or only this group's members, write; those that end in "/" are prefixes. */
export function ownStatus(node: string): readonly string[] {
  return [statusKey(node), memberStatusPrefix(node)];
}
