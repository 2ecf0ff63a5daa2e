import Table from "cli-table3";
import type { Palette } from "../../planning/palette";
import type { Machine } from "../../rehearsal/machine/machine";
import type { Rehearsal } from "../../rehearsal/rehearsal";
import { standIns } from "../../rehearsal/cloud/stand-ins";

/** State of a node. */
export interface NodeStatus {
  readonly node: string;
  readonly state: string;
  readonly address: string;
  readonly zone: string;
  readonly memGiB: number;
  readonly disks: readonly string[];
  /** Seconds from power-on to serving; null unless it serves. */
  readonly bootSeconds: number | null;
  /** Why it failed; null if it did not. */
  readonly reason: string | null;
}

export function nodeStatus(machine: Machine): NodeStatus {
  const { host } = machine;
  const { state, bootSeconds = null, reason = null } = machine.status();
  return {
    node: host.name,
    state,
    address: host.address,
    zone: host.zone,
    memGiB: host.memGiB,
    disks: host.disks.map(({ name, sizeGiB }) => `${name} ${sizeGiB} GiB`),
    bootSeconds,
    reason,
  };
}

/** The nodes and the cloud's stand-ins, as text. */
export function report(rehearsal: Rehearsal, { bold, dim }: Pick<Palette, "bold" | "dim">): string {
  const statuses = rehearsal.machines.map(nodeStatus);
  const table = new Table({
    head: ["node", "state", "address", "zone", "GiB", "boot time", "data disks"].map(bold),
    style: { head: [], border: [], compact: true },
  });
  for (const { node, state, address, zone, memGiB, bootSeconds, disks } of statuses) {
    const seconds = bootSeconds === null ? "" : `${bootSeconds.toFixed(1)} s`;
    table.push([node, state, address, zone, memGiB, seconds, disks.join(", ")]);
  }
  const failures = statuses.filter(({ reason }) => reason !== null);
  return [
    table.toString(),
    ...failures.map(({ node, reason }) => `${node}: ${reason}`),
    dim(
      [
        "Stand-ins for the cloud:",
        ...standIns(rehearsal.stack, rehearsal.services).map(({ what, by }) => `  ${what}: ${by}`),
      ].join("\n"),
    ),
    "",
  ].join("\n");
}
