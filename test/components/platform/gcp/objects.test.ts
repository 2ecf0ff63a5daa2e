import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GcsObjects } from "../../../../components/platform/gcp/objects";
import { cloudStorage, ObjectStore } from "../../../../rehearsal/cloud/gcs";

describe("a bucket's objects in Cloud Storage", () => {
  const environment = process.env.STORAGE_EMULATOR_HOST;
  const objects = new GcsObjects("bootstrap");
  let folder: string;
  let server: Server;
  let permitted = true;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ape-objects-"));
    const handler = cloudStorage(new ObjectStore(folder));
    const everything = ["get", "put", "list", "delete"].map(
      (action) => ({ action, on: "bootstrap", prefix: "" }) as const,
    );
    server = createServer((request, response) => {
      const caller = { name: "deployer", permissions: permitted ? everything : [] };
      void handler(request, response, caller as never);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    process.env.STORAGE_EMULATOR_HOST = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
    if (environment === undefined) {
      delete process.env.STORAGE_EMULATOR_HOST;
    } else {
      process.env.STORAGE_EMULATOR_HOST = environment;
    }
  });

  it("are read as they were written", async () => {
    const content = '{"id":"größer"}\n';
    await objects.put("status/redis-1.json", content);
    assert.equal(await objects.get("status/redis-1.json"), content);
    assert.equal(await objects.get("status/redis-2.json"), undefined);
  });

  it("are listed by prefix", async () => {
    await objects.put("nodes/redis-1", "");
    assert.deepEqual(await objects.list("status/"), ["status/redis-1.json"]);
  });

  it("that may not be read or written are an error, which names the permission", async () => {
    permitted = false;
    await assert.rejects(objects.get("nodes/redis-1"), /gs:\/\/bootstrap\/nodes\/redis-1.*storage\.objects\.get/);
    await assert.rejects(objects.put("request.json", ""), /storage\.objects\.create/);
    await assert.rejects(objects.list("status/"), /storage\.objects\.list/);
    permitted = true;
  });
});
