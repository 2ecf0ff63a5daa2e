/** A node's containers by slot. Each slot has two ports, so that a new release can start while the old one serves. */

const FIRST_PORT = 8001;

/** The two ports of a slot, on the loopback interface only. A new node serves on the first. */
export function slotPorts(slot: number): readonly [first: number, second: number] {
  return [FIRST_PORT + 2 * slot, FIRST_PORT + 2 * slot + 1];
}

/** The folder in which a node records the current release and each slot's port. */
export const RELEASE_STATE = "/var/lib/ape/api";

/** The file from which nginx reads the addresses of the containers that serve. */
export const UPSTREAM_FILE = `${RELEASE_STATE}/upstream.conf`;
