import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../rehearsal/system/free-port";

/** Nothing listens there: the stores are unreachable. */
const NOWHERE = "127.0.0.1:9";

describe("the reference API with two workers", function () {
  let folder: string;
  let api: ChildProcess;
  let url: string;

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    folder = mkdtempSync(join(tmpdir(), "ape-reference-"));
    writeFileSync(join(folder, "ca.crt"), "");
    api = spawn(process.execPath, ["-r", "ts-node/register", "rehearsal/reference-api/index.ts"], {
      stdio: "ignore",
      env: {
        ...process.env,
        PORT: String(port),
        HOST: "127.0.0.1",
        WEB_CONCURRENCY: "2",
        DATABASE_URL: `postgresql://${NOWHERE}/c`,
        DATABASE_READER_URL: `postgresql://${NOWHERE}/c`,
        PGUSER: "a",
        PGPASSWORD: "b",
        NEO4J_URI: `neo4j://${NOWHERE}`,
        NEO4J_USERNAME: "a",
        NEO4J_PASSWORD: "b",
        REDIS_URL: `rediss://${NOWHERE}`,
        REDIS_USERNAME: "a",
        REDIS_PASSWORD: "b",
        CA_FILE: join(folder, "ca.crt"),
      },
    });
    for (let tries = 0; tries < 100 && (await status("/health").catch(() => 0)) !== 200; tries++) {
      await sleep(100);
    }
  });
  after(async () => {
    api.kill("SIGTERM");
    await new Promise((resolve) => (api.exitCode === null ? api.once("close", resolve) : resolve(undefined)));
    rmSync(folder, { recursive: true });
  });

  const status = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status;

  it("counts the requests of all workers, under the names that the Scaling Strategy queries", async () => {
    await Promise.all(Array.from({ length: 20 }, () => status("/version")));
    const metrics = await (await fetch(`${url}/metrics`)).text();
    assert.match(metrics, /^http_requests_total\{method="GET",route="\/version",status="200"\} 20$/m);
    assert.match(metrics, /^http_request_duration_seconds_bucket\{le="0.5",method="GET",route="\/version"\} 20$/m);
    assert.match(metrics, /^db_connection_pool_max\{pool="writer"\} 8$/m);
    assert.match(metrics, /^db_connection_pool_active\{pool="writer"\} \d+$/m);
  });

  it("is healthy but unready without its stores", async () => {
    assert.equal(await status("/health"), 200);
    assert.equal(await status("/ready"), 503);
    assert.equal(await status("/nothing"), 404);
  });
});
