import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { bucketName } from "../../../components/model/naming";
import { REQUEST_KEY, statusKey } from "../../../components/model/bootstrap-keys";
import type { RollRequest } from "../../../components/node/roll/request";
import type { ObjectStore } from "../../../components/platform/platform";
import type { StackReport } from "../../../planning/change/check-stack";
import { motoServer } from "../../../rehearsal/build/moto";
import { freePort } from "../../../rehearsal/system/free-port";
import { until } from "../../../rehearsal/system/process";
import { openBucket } from "../../../stacks/objects";
import { naming } from "../../../stacks/plan";
import { planned, runningStack, type RunningStack } from "../../planning/change/fixtures";
import { onPath } from "../../support/programs";

const ROOT = join(__dirname, "../../..");
const NODE = statusKey("node-1");

/** The command reads buckets of an S3 server with the AWS SDK, while a simulated node answers its requests. */
describe("npm run verify on S3", function () {
  this.timeout(300_000);
  let moto: ChildProcess | undefined;
  let api: Server | undefined;
  let environment: Readonly<Record<string, string>>;
  let stack: RunningStack;
  let bucket: ObjectStore;
  let timer: NodeJS.Timeout | undefined;
  const former = { ...process.env };

  before(async function () {
    onPath(this, "python3");
    const port = String(await freePort());
    const [program, ...args] = await motoServer();
    moto = spawn(program!, [...args, "-H", "127.0.0.1", "-p", port], { stdio: "ignore" });
    environment = {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    Object.assign(process.env, environment);
    assert.ok(await until(() => answers(`${environment.AWS_ENDPOINT_URL_S3}/`), 60_000), "moto does not start");
    stack = runningStack(await planned("dev"));
    bucket = await fill("bootstrap", stack.bootstrap.objects);
    await fill("backups", stack.backups.objects);
    api = createServer((_request, response) => response.end("ok"));
    await new Promise<void>((resolve) => api!.listen(0, "127.0.0.1", resolve));
    timer = setInterval(() => void answer(), 500);
  });

  after(() => {
    clearInterval(timer);
    api?.close();
    moto?.kill();
    process.env = former;
  });

  async function fill(purpose: "bootstrap" | "backups", objects: ReadonlyMap<string, string>): Promise<ObjectStore> {
    const { spec } = stack.plan;
    await fetch(`${environment.AWS_ENDPOINT_URL_S3}/${bucketName(naming(spec), purpose)}`, { method: "PUT" });
    const store = await openBucket(spec, purpose);
    await Promise.all([...objects].map(([key, content]) => store.put(key, content)));
    return store;
  }

  /** What a node does about a request. */
  async function answer(): Promise<void> {
    const request = await bucket.get(REQUEST_KEY);
    if (request !== undefined) {
      stack.say(NODE, () => ({ answered: (JSON.parse(request) as RollRequest).id }));
      await bucket.put(NODE, stack.bootstrap.objects.get(NODE)!);
    }
  }

  function verify(): Promise<Record<string, string>> {
    const url = `http://127.0.0.1:${(api!.address() as AddressInfo).port}`;
    const args = ["-r", "ts-node/register", "tools/verify/index.ts", "--stack", "dev", "--json", "--url", url];
    return new Promise((resolve, reject) => {
      execFile(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...environment } }, (_error, out, error) => {
        if (out === "") {
          return reject(new Error(error));
        }
        const { checks } = JSON.parse(out) as StackReport;
        resolve(Object.fromEntries(checks.map(({ id, result, evidence }) => [id, `${result}: ${evidence}`])));
      });
    });
  }

  it("passes when the node answers and serves its order", async () => {
    const { serving, deployed, "in-step": inStep, "api-ready": ready } = await verify();
    assert.match(serving!, /^pass: node-1 \w{12}$/);
    assert.equal(deployed, "pass: 1 node ordered as configured");
    assert.match(inStep!, /^pass: /);
    assert.match(ready!, /^pass: .*\/ready: 200$/);
  });

  it("reads the age of backups from the bucket", async () => {
    assert.match((await verify())["backup-redis"]!, /\(2026-11-28T11:30:00Z\)/);
  });

  it("fails when the node runs something else", async () => {
    stack.say(NODE, () => ({ bootstrap: "0".repeat(64) }));
    assert.match((await verify()).serving!, /^fail: node-1 runs 0{12}, ordered is \w{12}$/);
  });
});

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
