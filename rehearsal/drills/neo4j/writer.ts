/**
 * A Neo4j client in an API host's network namespace. It creates numbered nodes, each in a managed transaction, and prints
 * each acknowledged write with its time. It retries at a constant rate: the driver's exponential backoff would measure up
 * to twice the outage.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import neo4j from "neo4j-driver";
import type { Acknowledged } from "../client";

export interface WriterArgs {
  readonly uri: string;
  readonly user: string;
  readonly password: string;
  readonly ca: string;
  /** Identifies the nodes of one run. */
  readonly run: string;
}

const PAUSE_MS = 20;
const CONNECT_MS = 1000;
/** Milliseconds for which the driver retries. */
const RETRY_MS = 500;

async function main({ uri, user, password, ca, run }: WriterArgs): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ape-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  process.on("SIGTERM", () => process.exit());
  const file = join(folder, "ca.crt");
  writeFileSync(file, ca);
  const driver = neo4j.driver(uri, neo4j.auth.basic(user, password), {
    encrypted: "ENCRYPTION_ON",
    trust: "TRUST_CUSTOM_CA_SIGNED_CERTIFICATES",
    trustedCertificates: [file],
    maxTransactionRetryTime: RETRY_MS,
    connectionTimeout: CONNECT_MS,
  });
  for (let number = 1; ; number++) {
    const session = driver.session({ database: "neo4j" });
    try {
      await session.executeWrite((transaction) =>
        transaction.run("MERGE (:Drill {run: $run, number: $number})", { run, number: neo4j.int(number) }),
      );
      process.stdout.write(`${JSON.stringify({ number, at: Date.now() } satisfies Acknowledged)}\n`);
    } catch {
      // Not acknowledged, therefore not counted.
    } finally {
      await session.close().catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

if (require.main === module) {
  process.stdout.on("error", () => process.exit()); // the reader has ended
  void main(JSON.parse(process.argv[2]!) as WriterArgs);
}
