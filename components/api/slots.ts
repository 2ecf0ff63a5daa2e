/** A node's containers by slot: each slot has two ports, so that a new release can start beside the one that serves. */

const FIRST_PORT = 8001;

/** The two ports of a slot, on the loopback interface only; the first serves on a new node. */
export function slotPorts(slot: number): readonly [first: number, second: number] {
  return [FIRST_PORT + 2 * slot, FIRST_PORT + 2 * slot + 1];
}

/** The systemd unit of the container on a port, which podman makes of the quadlet. */
export function containerUnit(port: number): string {
  return `ape-api@${port}.service`;
}

/** Where a node keeps which release serves on which port. */
export const RELEASE_STATE = "/var/lib/ape/api";

/** nginx reads the addresses of the containers that serve from here. */
export const UPSTREAM_FILE = `${RELEASE_STATE}/upstream.conf`;
