import assert from "node:assert/strict";
import { Readiness, TOLERANCE_MS } from "../../../rehearsal/reference-api/readiness";
import { settings } from "../../../rehearsal/reference-api/settings";

describe("the reference API's readiness", () => {
  let now: number;
  let silent: string[];
  let asked: number;
  let readiness: Readiness;
  beforeEach(() => {
    [now, silent, asked] = [1_000_000, [], 0];
    const ask = (): Promise<string[]> => {
      asked++;
      return Promise.resolve(silent);
    };
    readiness = new Readiness(["neo4j", "redis"], ask, () => now);
  });

  it("requires every store to have been reached once", async () => {
    silent = ["redis"];
    assert.deepEqual(await readiness.missing(), ["redis"]);
    now += 2000;
    silent = [];
    assert.deepEqual(await readiness.missing(), []);
  });

  it("tolerates a failover, but no longer outage", async () => {
    await readiness.missing();
    silent = ["redis"];
    now += TOLERANCE_MS;
    assert.deepEqual(await readiness.missing(), []);
    now += 1000;
    assert.deepEqual(await readiness.missing(), ["redis"]);
  });

  it("queries the stores once a second, however often it is polled", async () => {
    await Promise.all([readiness.missing(), readiness.missing()]);
    assert.equal(asked, 1);
    now += 1000;
    await readiness.missing();
    assert.equal(asked, 2);
  });

  it("ends when the process shuts down", async () => {
    readiness.leave();
    assert.deepEqual(await readiness.missing(), ["leaving"]);
  });
});

describe("the reference API's environment", () => {
  const COMPLETE = {
    PORT: "8001",
    DATABASE_URL: "postgresql://a",
    DATABASE_READER_URL: "postgresql://b",
    PGUSER: "h",
    PGPASSWORD: "i",
    NEO4J_URI: "neo4j://c",
    NEO4J_USERNAME: "d",
    NEO4J_PASSWORD: "e",
    REDIS_USERNAME: "f",
    REDIS_PASSWORD: "g",
    CA_FILE: "/ca.crt",
  };

  it("lists every missing variable", () => {
    assert.throws(() => settings({ ...COMPLETE, PORT: "", CA_FILE: undefined }), {
      message: "the environment lacks PORT, CA_FILE",
    });
  });

  it("reads addresses of Sentinels", () => {
    const { redis } = settings({
      ...COMPLETE,
      REDIS_SENTINELS: "10.0.0.1:26379,10.0.0.2:26379",
      REDIS_MASTER_NAME: "ape",
    });
    assert.deepEqual(redis.sentinels, [
      { host: "10.0.0.1", port: 26379 },
      { host: "10.0.0.2", port: 26379 },
    ]);
    assert.equal(redis.masterName, "ape");
  });
});
