import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { statusKey } from "../../../components/model/bootstrap-keys";
import { checkStack, type StackReport } from "../../../planning/change/check-stack";
import { documentMarkdown } from "../../../planning/change/document";
import { stackDocument } from "../../../planning/change/stack-document";
import { planned, runningStack, type RunningStack } from "./fixtures";

describe("the check of a running stack", function () {
  this.timeout(60_000);
  let stack: RunningStack;
  let server: Server;
  let status: number;
  /** Status of the second and later answers. */
  let next: number;
  let asked: string[];

  before(async () => {
    stack = runningStack(await planned("dev"));
  });
  beforeEach((done) => {
    status = next = 200;
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url!);
      response.writeHead(status).end(status === 200 ? "ok" : "neo4j");
      status = next;
    }).listen(0, "127.0.0.1", done);
  });
  afterEach((done) => void server.close(done));

  function checked(waitSeconds = 0): Promise<StackReport> {
    const { port } = server.address() as AddressInfo;
    return checkStack({
      stack: "dev",
      target: {
        open: () => Promise.resolve(stack.stores),
        api: () => Promise.resolve({ url: `http://127.0.0.1:${port}` }),
        asPlanned: true,
      },
      waitSeconds,
      progress: () => undefined,
    });
  }

  function open({ checks }: StackReport): string[] {
    // The backups of this stack are as old as the test's fixed time.
    return checks
      .filter(({ id, result }) => !id.startsWith("backup") && result !== "pass" && result !== "not applicable")
      .map(({ id, result, evidence }) => `${id} ${result}: ${evidence}`);
  }

  it("passes when all nodes serve and the API is ready", async () => {
    const report = await checked();
    assert.deepEqual(open(report), []);
    assert.deepEqual(asked, ["/ready"]);
    const markdown = documentMarkdown(stackDocument(report));
    assert.match(markdown, /^# Check of dev\n/);
    assert.match(markdown, /^\| node-1 \| t3a.large \| serving \| (\w{12}) \| \1 \| [^|]*redis-1[^|]* \|/m);
    assert.match(markdown, /^- \[x\] The API is ready: pass; .*\/ready: 200$/m);
  });

  it("fails when the API is not ready, with its answer", async () => {
    status = next = 503;
    assert.match(open(await checked()).join(), /^api-ready fail: http:.*\/ready: 503 neo4j$/);
  });

  it("waits until the API is ready", async () => {
    status = 503;
    next = 200;
    assert.deepEqual(open(await checked(30)), []);
    assert.deepEqual(asked, ["/ready", "/ready"]);
  });

  it("does not wait for a node that has failed", async () => {
    stack.say(statusKey("node-1"), () => ({ phase: "failed", reason: "no space left" }));
    const begun = Date.now();
    assert.deepEqual(open(await checked(600)), ["serving fail: node-1 is failed: no space left"]);
    assert.ok(Date.now() - begun < 30_000);
  });
});
