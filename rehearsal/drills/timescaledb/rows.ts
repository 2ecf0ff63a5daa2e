import { APP_USER } from "../../../components/timescaledb/secrets";
import type { Writer } from "./client";
import { execute, type TimescaleDbMembers } from "./members";

/** Creates the table that clients write to. */
export async function createTable(members: TimescaleDbMembers): Promise<void> {
  await execute(
    await members.primary(),
    `CREATE TABLE IF NOT EXISTS drill_writes (run text, number bigint, PRIMARY KEY (run, number));
     GRANT SELECT, INSERT ON drill_writes TO ${APP_USER}`,
  );
}

/** Rows that were acknowledged to a client but are missing on the primary. */
export async function lostWrites(members: TimescaleDbMembers, { args, acknowledged }: Writer): Promise<number[]> {
  const rows = await execute(
    await members.primary(),
    `SELECT number FROM drill_writes WHERE run = '${args.run}' ORDER BY number`,
  );
  const found = new Set(rows.split("\n").map(Number));
  return acknowledged.map(({ number }) => number).filter((number) => !found.has(number));
}
