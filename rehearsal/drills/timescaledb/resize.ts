import { setTimeout as sleep } from "node:timers/promises";
import type { NodeStatus } from "../../../components/node/roll/status";
import type { StackPlan } from "../../../stacks/plan";
import type { Rehearsal } from "../../rehearsal";
import { longestGap, STEADY_MS, waitForWrite } from "../client";
import { giveOrder, orderOf, statusOnce, withOrder } from "../orders";
import { Writer } from "./client";
import { query, TimescaleDbMembers } from "./members";
import { createTable, lostWrites } from "./rows";

const SETTLE_MS = 240_000;

/** What clients noticed while the primary's node took another size, and what is in force then. */
export interface Resized {
  readonly status: NodeStatus;
  /** The node that was ordered to change, then the other data node. */
  readonly nodes: readonly [string, string];
  readonly writeDowntimeSeconds: number;
  readonly lostWrites: number;
  /** Settings by name, of both nodes in the order of `nodes`. */
  readonly settings: Readonly<Record<"shared_buffers" | "max_connections", readonly (string | undefined)[]>>;
}

/** Orders the primary's node to run the bootstrap of another plan on its machine, while a client writes. */
export async function resizePrimary(rehearsal: Rehearsal, plan: StackPlan): Promise<Resized> {
  const members = await TimescaleDbMembers.of(rehearsal);
  await members.waitUntilHealthy(SETTLE_MS);
  const primary = await members.primary();
  const other = members.machines.find((machine) => machine !== primary)!;
  await createTable(members);
  const api = rehearsal.machines.find(({ host }) => host.services.includes("api"))!;
  const writer = Writer.start(rehearsal, api.host.zone, `${process.pid}-resize`);
  await waitForWrite(writer, Date.now(), SETTLE_MS);
  const began = Date.now();
  const status = await order(rehearsal, plan, primary.host.name);
  await members.waitUntilHealthy(SETTLE_MS);
  await sleep(STEADY_MS);
  await writer.stop();
  const inForce = (name: string): Promise<(string | undefined)[]> =>
    Promise.all([primary, other].map((machine) => query(machine, `SHOW ${name}`)));
  return {
    status,
    nodes: [primary.host.name, other.host.name],
    writeDowntimeSeconds: longestGap(writer, began),
    lostWrites: (await lostWrites(members, writer)).length,
    settings: {
      shared_buffers: await inForce("shared_buffers"),
      max_connections: await inForce("max_connections"),
    },
  };
}

/** Orders a node to run another plan's bootstrap on its machine; returns its status once it has tried. */
async function order(rehearsal: Rehearsal, plan: StackPlan, node: string): Promise<NodeStatus> {
  const { machine } = await statusOnce(rehearsal, node, () => true, SETTLE_MS);
  const planned = await rehearsal.planned(plan);
  const to = withOrder(planned, node, { ...orderOf(planned, node), machine });
  const { bootstrap } = await giveOrder(rehearsal, to, node);
  return statusOnce(
    rehearsal,
    node,
    (now) => now.ordered === bootstrap && (now.phase === "failed" || now.bootstrap === bootstrap),
    SETTLE_MS,
  );
}
