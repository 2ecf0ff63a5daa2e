/**
 * A client of PostgreSQL, run where an API process stands: inserts numbered rows, one transaction each, and prints each
 * that was acknowledged, with its time. Reaches the primary through the node's own proxy, as the API does.
 */
import { Client } from "pg";
import type { Acknowledged } from "../client";

export interface WriterArgs {
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ca: string;
  /** Tells the rows of one run from those of another. */
  readonly run: string;
}

/** Milliseconds that an answer may take before the client connects anew. */
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
  process.stdout.on("error", () => process.exit()); // nobody reads any more
  void main(JSON.parse(process.argv[2]!) as WriterArgs);
}
