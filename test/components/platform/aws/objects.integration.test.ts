import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { S3Objects } from "../../../../components/platform/aws/objects";
import { motoServer } from "../../../../rehearsal/build/moto";
import { freePort } from "../../../../rehearsal/system/free-port";

describe("a bucket's objects in S3", function () {
  this.timeout(300_000);
  let server: ChildProcess;
  const environment = { ...process.env };
  const objects = new S3Objects({ region: "us-east-1" }, "bootstrap");

  before(async () => {
    const port = await freePort();
    const [program, ...args] = await motoServer();
    server = spawn(program!, [...args, "-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
    const endpoint = `http://127.0.0.1:${port}`;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
    while (!(await fetch(endpoint).catch(() => undefined))?.ok) {
      await sleep(200);
    }
    assert.deepEqual(await objects.list("status/"), []);
    assert.equal(await objects.get("request.json"), undefined);
    await fetch(`${endpoint}/bootstrap`, { method: "PUT" });
  });
  after(() => {
    server?.kill();
    process.env = environment;
  });

  it("are read as they were written", async () => {
    await objects.put("status/redis-1.json", "größer");
    assert.equal(await objects.get("status/redis-1.json"), "größer");
    assert.equal(await objects.get("status/redis-2.json"), undefined);
  });

  it("are listed by prefix, and may be empty", async () => {
    await objects.put("nodes/redis-1", "");
    assert.equal(await objects.get("nodes/redis-1"), "");
    assert.deepEqual(await objects.list("status/"), ["status/redis-1.json"]);
  });

  it("are not written to a bucket that does not exist", async () => {
    const missing = new S3Objects({ region: "us-east-1" }, "none");
    await assert.rejects(missing.put("request.json", ""), /s3:\/\/none\/request\.json: NoSuchBucket/);
  });
});
