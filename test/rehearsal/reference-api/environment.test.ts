import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CA_FILE } from "../../../components/api/environment";
import { DATA_SERVICES } from "../../../components/model/role";
import { freePort } from "../../../rehearsal/system/free-port";
import { CELLS, planCell } from "../../support/cells";
import { machineEnvironment, podEnvironment, type Environment } from "../../components/api/environments";
import { manifests } from "../../components/api/kubernetes/manifests";

const RUNTIMES: Readonly<Record<string, () => Promise<Environment>>> = {
  "a machine": () =>
    Promise.resolve(machineEnvironment(planCell(CELLS.find(({ name }) => name === "t1-aws-dedicated-ha")!))),
  "a pod of an existing cluster": async () => podEnvironment(await manifests("t1", "aws", "an existing cluster")),
  "a pod of a new cluster": async () => podEnvironment(await manifests("t1", "aws", "a new cluster")),
};

for (const [runtime, render] of Object.entries(RUNTIMES)) {
  describe(`the reference API with nothing but the environment of ${runtime}`, function () {
    let folder: string;
    let api: ChildProcess;
    let url: string;
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "ape-reference-"));
      writeFileSync(join(folder, "ca.crt"), "");
      const rendered = Object.entries(await render()).map(
        ([name, value]) => [name, value.replaceAll(CA_FILE, join(folder, "ca.crt"))] as const,
      );
      const port = await freePort();
      url = `http://127.0.0.1:${port}`;
      api = spawn(process.execPath, ["-r", "ts-node/register", "rehearsal/reference-api/index.ts"], {
        stdio: "ignore",
        env: { PATH: process.env.PATH, ...Object.fromEntries(rendered), PORT: String(port) },
      });
      for (let tries = 0; tries < 200 && api.exitCode === null; tries++) {
        if ((await fetch(`${url}/health`).catch(() => undefined))?.status === 200) break;
        await sleep(100);
      }
    });
    after(async () => {
      api.kill("SIGTERM");
      await new Promise((resolve) => (api.exitCode === null ? api.once("close", resolve) : resolve(undefined)));
      rmSync(folder, { recursive: true });
    });

    it("creates a pool for the database, and waits for its stores", async () => {
      assert.equal(api.exitCode, null, "it exited");
      const response = await fetch(`${url}/ready`);
      assert.equal(response.status, 503);
      assert.deepEqual(((await response.json()) as { missing: string[] }).missing, [...DATA_SERVICES]);
      assert.match(await (await fetch(`${url}/metrics`)).text(), /^db_connection_pool_max\{pool="writer"\} 4$/m);
    });
  });
}
