import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapKey, orderKey, statusKey } from "../../../components/model/bootstrap-keys";
import type { NodeOrder } from "../../../components/node/roll/order";
import type { NodeStatus } from "../../../components/node/roll/status";
import { APP_USER } from "../../../components/timescaledb/secrets";
import type { StackPlan } from "../../../stacks/plan";
import type { Rehearsal } from "../../rehearsal";
import { longestGap, STEADY_MS, waitForWrite } from "../client";
import { Writer } from "./client";
import { execute, query, TimescaleDbMembers } from "./members";

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
  await execute(
    primary,
    `CREATE TABLE IF NOT EXISTS drill_writes (run text, number bigint, PRIMARY KEY (run, number));
     GRANT SELECT, INSERT ON drill_writes TO ${APP_USER}`,
  );
  const api = rehearsal.machines.find(({ host }) => host.services.includes("api"))!;
  const writer = Writer.start(rehearsal, api.host.zone, `${process.pid}-resize`);
  await waitForWrite(writer, Date.now(), SETTLE_MS);
  const began = Date.now();
  const status = await order(rehearsal, plan, primary.host.name);
  await members.waitUntilHealthy(SETTLE_MS);
  await sleep(STEADY_MS);
  await writer.stop();
  const rows = await execute(
    await members.primary(),
    `SELECT number FROM drill_writes WHERE run = '${writer.args.run}'`,
  );
  const found = new Set(rows.split("\n").map(Number));
  const inForce = (name: string): Promise<(string | undefined)[]> =>
    Promise.all([primary, other].map((machine) => query(machine, `SHOW ${name}`)));
  return {
    status,
    nodes: [primary.host.name, other.host.name],
    writeDowntimeSeconds: longestGap(writer, began),
    lostWrites: writer.acknowledged.filter(({ number }) => !found.has(number)).length,
    settings: {
      shared_buffers: await inForce("shared_buffers"),
      max_connections: await inForce("max_connections"),
    },
  };
}

/** Orders a node to run another plan's bootstrap on its machine; returns its status once it has tried. */
async function order(rehearsal: Rehearsal, plan: StackPlan, node: string): Promise<NodeStatus> {
  const bucket = rehearsal.bucket("bootstrap");
  const status = async (): Promise<NodeStatus> =>
    JSON.parse((await rehearsal.storage.get(bucket, statusKey(node))).toString()) as NodeStatus;
  const { objects } = await rehearsal.planned(plan);
  const content = (key: string): string => objects.find((object) => object.key === key)!.content;
  const wanted = JSON.parse(content(orderKey(node))) as NodeOrder;
  const key = bootstrapKey(wanted.bootstrap);
  await rehearsal.putObject(bucket, key, content(key));
  const { machine } = await status();
  await rehearsal.putObject(bucket, orderKey(node), `${JSON.stringify({ ...wanted, machine })}\n`);
  for (const end = Date.now() + SETTLE_MS; Date.now() < end; await sleep(500)) {
    const now = await status();
    if (now.ordered === wanted.bootstrap && (now.phase === "failed" || now.bootstrap === wanted.bootstrap)) {
      return now;
    }
  }
  throw new Error(`${node} did not apply its order within ${SETTLE_MS / 1000} s`);
}
