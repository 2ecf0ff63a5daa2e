import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { freePort } from "../../../rehearsal/system/free-port";

describe("a free port", () => {
  it("is another one while the preferred port is in use, and otherwise that one", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const other = await freePort(port);
    server.close();
    await once(server, "close");
    assert.notEqual(other, port);
    assert.equal(await freePort(port), port);
  });
});
