/** Connects with node-postgres by nothing but the environment, and prints the result of a query. */
import { Client } from "pg";

async function main(): Promise<void> {
  const client = new Client(process.env.DATABASE_URL);
  await client.connect();
  const { rows } = await client.query<{ one: number }>("SELECT 1 AS one");
  console.log(rows[0]!.one);
  await client.end();
}

main().catch((error: unknown) => {
  console.error(String(error));
  process.exitCode = 1;
});
