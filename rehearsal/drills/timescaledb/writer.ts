/**
 * A PostgreSQL client on an API node. It inserts numbered rows, each in a transaction, and prints each acknowledged write
 * with its time. Like the API it reaches the primary through the node's HAProxy.
 */
import { Client } from "pg";
import type { Acknowledged } from "../client";

export interface WriterArgs {
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ca: string;
  /** Identifies the rows of one run. */
  readonly run: string;
}

/** Milliseconds without an answer after which the client reconnects. */
const ANSWER_MS = 2000;
const CONNECT_MS = 1000;
const PAUSE_MS = 20;

async function connect({ port, database, user, password, ca }: WriterArgs): Promise<Client> {
  const client = new Client({
    host: "localhost",
    port,
    database,
    user,
    password,
    ssl: { ca },
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
  });
  client.on("error", () => undefined); // every failure is met where the connection is used
  await client.connect();
  return client;
}

async function main(args: WriterArgs): Promise<void> {
  let client: Client | undefined;
  for (let number = 1; ; number++) {
    try {
      client ??= await connect(args);
      await client.query("INSERT INTO drill_writes (run, number) VALUES ($1, $2)", [args.run, number]);
      process.stdout.write(`${JSON.stringify({ number, at: Date.now() } satisfies Acknowledged)}\n`);
    } catch {
      client?.end().catch(() => undefined);
      client = undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

if (require.main === module) {
  process.stdout.on("error", () => process.exit()); // the reader has ended
  void main(JSON.parse(process.argv[2]!) as WriterArgs);
}
