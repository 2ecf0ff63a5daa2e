import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../rehearsal/system/free-port";
import { CELLS, planCell } from "../../support/cells";
import { onPath } from "../../support/programs";
import { LocalDatabase, type Files } from "./drivers/database";
import { DRIVERS, type Driver } from "./drivers/programs";
import { machineEnvironment, machineFile, podEnvironment, podSettings } from "./environments";
import { manifests } from "./kubernetes/manifests";

const RUNTIMES: Readonly<Record<string, () => Promise<Files>>> = {
  "a machine": () => {
    const plan = planCell(CELLS.find(({ name }) => name === "t3-aws-dedicated-ha")!);
    const haproxy = machineFile(plan, "/etc/haproxy/haproxy.cfg");
    return Promise.resolve({ environment: machineEnvironment(plan), haproxy });
  },
  "a pod": async () => {
    const all = await manifests("t3", "aws", "a new cluster");
    return { environment: podEnvironment(all), haproxy: podSettings(all)["haproxy.cfg"]! };
  },
};

for (const [runtime, render] of Object.entries(RUNTIMES)) {
  describe(`the environment of ${runtime}, with PostgreSQL behind HAProxy`, function () {
    this.timeout(600_000); // the first run downloads and builds the drivers
    const database = new LocalDatabase();
    let files: Files;
    before(async function () {
      for (const program of ["haproxy", "pg_config", "psql"]) {
        if (!onPath(this, program)) return;
      }
      files = await render();
      await database.start(files);
    });
    after(() => database.stop());

    for (const driver of DRIVERS) {
      it(`lets ${driver.name} connect and verify the server's certificate`, async function () {
        const command = await commandOf(this, driver);
        const connected = await connect(command, database.adapted(files.environment));
        assert.deepEqual([connected.code, connected.stdout.trim()], [0, "1"], connected.stderr);
        const refused = await connect(command, database.adapted(files.environment, "other.crt"));
        assert.notEqual(refused.code, 0, "it accepted a certificate of another authority");
        assert.match(refused.stderr, /certificate|PKIX|path building|self.signed/i);
      });
    }

    it("lets the reference API reach the database", async () => {
      await database.execute("CREATE TABLE market_data_ohlcv (); GRANT SELECT ON market_data_ohlcv TO ape");
      const port = await freePort();
      const api = spawn(process.execPath, ["-r", "ts-node/register", "rehearsal/reference-api/index.ts"], {
        stdio: "ignore",
        env: {
          PATH: process.env.PATH,
          ...database.adapted(files.environment),
          PORT: String(port),
          WEB_CONCURRENCY: "1",
        },
      });
      try {
        let missing: readonly string[] = [];
        for (let tries = 0; tries < 150 && missing.join() !== "neo4j,redis"; tries++) {
          await sleep(200);
          missing = await fetch(`http://127.0.0.1:${port}/ready`)
            .then((response) => response.json() as Promise<{ missing: string[] }>)
            .then((body) => body.missing)
            .catch(() => []);
        }
        assert.deepEqual(
          missing,
          ["neo4j", "redis"],
          "the database is missing, or more than the stores without a server",
        );
      } finally {
        api.kill("SIGKILL");
      }
    });
  });
}

/** The driver's command. Skips the test where a program is missing or a registry is unreachable. */
async function commandOf(test: Mocha.Context, driver: Driver): Promise<readonly string[]> {
  driver.needs.forEach((program) => onPath(test, program));
  try {
    return await driver.command();
  } catch (error) {
    console.log(`      skipped: ${driver.name} cannot be installed: ${String(error).slice(0, 200)}`);
    return test.skip();
  }
}

interface Connected {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command with nothing but an environment and the search path. */
async function connect([program, ...args]: readonly string[], environment: Record<string, string>): Promise<Connected> {
  const env = { PATH: process.env.PATH, ...environment };
  const child = spawn(program!, args, { env, cwd: join(__dirname, "../../.."), stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
