import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { Agent, request } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { drain, frontConfiguration } from "../../../../components/api/kubernetes/front";
import { upstreamServer } from "../../../../components/api/nginx";
import { CLOUDS, type Cloud } from "../../../../components/model/cloud";
import { freePort } from "../../../../rehearsal/system/free-port";
import {
  LocalNginx,
  localConfiguration,
  nginxFolder,
  refusedByNginx,
  removeFolder,
} from "../../../../rehearsal/system/local-nginx";
import { onPath } from "../../../support/programs";

/** Seconds of draining in the test: long enough for requests in between. */
const DRAIN_SECONDS = 2;
/** Milliseconds of a slow response: longer than draining. */
const SLOW_MS = 3000;

describe("the nginx sidecar", function () {
  let folder: string;
  before(() => (folder = nginxFolder()));
  after(() => removeFolder(folder));

  for (const cloud of CLOUDS) {
    it(`accepts its files on ${cloud} and writes only to its run folder`, function () {
      if (!onPath(this, "nginx")) return;
      const content = frontConfiguration(cloud)["nginx.conf"]!;
      writeFileSync(join(folder, "nginx.conf"), localFront(cloud, folder));
      assert.equal(refusedByNginx(join(folder, "nginx.conf")), "");
      const written = [...content.matchAll(/^\s*(?:pid|\w+_temp_path) ([^;]+);/gm)].map(([, path]) => path!);
      assert.equal(written.length, 6);
      assert.ok(written.every((path) => path.startsWith("/tmp/")));
      assert.doesNotMatch(content, /^user /m);
    });
  }

  it("fails readiness first, then closes connections, and exits after its last response", async function () {
    if (!onPath(this, "nginx")) return;
    const [port, apiPort] = [await freePort(), await freePort()];
    const api = await startApi(apiPort);
    const nginx = await LocalNginx.start(folder, localFront("aws", folder, port, apiPort), port);
    const kept = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const fresh = (): Agent => new Agent({ rejectUnauthorized: false });
    try {
      assert.deepEqual(await ask(port, "/ready", kept), { status: 200, connection: "keep-alive", body: "ready" });
      assert.equal((await ask(port, "/", kept)).connection, "keep-alive");

      const drained = startDraining(folder, port);
      while (!existsSync(join(folder, "draining"))) await sleep(20);
      assert.equal((await ask(port, "/ready", fresh())).status, 503);
      const slow = ask(port, "/slow", fresh());
      assert.deepEqual(await ask(port, "/", kept, "written"), { status: 200, connection: "close", body: "written" });
      assert.equal((await ask(port, "/teapot", fresh())).status, 418, "a response of the API was changed");

      assert.equal(await drained, 0);
      while (await listens(port)) await sleep(20);
      assert.equal(nginx.ended, false, "it exited before its last response");
      assert.deepEqual(await slow, { status: 200, connection: "close", body: "slow" });
      await nginx.stop("SIGQUIT");
    } finally {
      kept.destroy();
      await nginx.stop();
      api.close().closeAllConnections();
    }
  });
});

/** The sidecar's nginx.conf as rendered, with local paths and ports. */
function localFront(cloud: Cloud, folder: string, port?: number, apiPort?: number): string {
  const files = frontConfiguration(cloud);
  const upstream = join(folder, "upstream.conf");
  writeFileSync(upstream, apiPort === undefined ? files["upstream.conf"]! : upstreamServer(apiPort));
  const local = files["nginx.conf"]!.replaceAll("/tmp/", `${folder}/`)
    .replace("/etc/nginx/ape/upstream.conf", upstream)
    .replace("/etc/nginx/tls/tls.crt", join(folder, "node.crt"))
    .replace("/etc/nginx/tls/tls.key", join(folder, "node.key"));
  return localConfiguration(local, folder, port);
}

/** Runs the sidecar's preStop hook. Resolves to its exit code. */
function startDraining(folder: string, port: number): Promise<number | null> {
  const [program, ...args] = drain(DRAIN_SECONDS).map((arg) =>
    arg.replace("/tmp/", `${folder}/`).replace("/etc/nginx/ape/nginx.conf", join(folder, `nginx-${port}.conf`)),
  );
  const child = spawn(program!, args, { stdio: "ignore" });
  return new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
}

/** A stand-in for the API's container. */
function startApi(port: number): Promise<Server> {
  const server = createServer((incoming, response) => {
    void text(incoming).then((body) => {
      switch (incoming.url) {
        case "/ready":
          return response.end("ready");
        case "/slow":
          return setTimeout(() => response.end("slow"), SLOW_MS);
        case "/teapot":
          return response.writeHead(418).end();
        default:
          return response.end(body);
      }
    });
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: string;
}

function ask(port: number, path: string, agent: Agent, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, path, agent, method: body === undefined ? "GET" : "POST" }, (response) => {
      text(response).then(
        (said) => resolve({ status: response.statusCode, connection: response.headers.connection, body: said }),
        reject,
      );
    });
    asked.once("error", reject).end(body);
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.once("error", () => resolve(false)).once("connect", () => socket.destroy());
  });
}
