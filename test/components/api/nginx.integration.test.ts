import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { request } from "node:https";
import { connect as connectTls } from "node:tls";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket, WebSocketServer } from "ws";
import { nginxConfiguration, onNode, upstreamServer } from "../../../components/api/nginx";
import { REQUEST_TIMEOUT_SECONDS } from "../../../components/api/timeout";
import { LocalNginx, localConfiguration, nginxFolder, removeFolder } from "../../../rehearsal/system/local-nginx";
import { onPath } from "../../support/programs";

const PORT = 18_443;
const CONTAINERS = [18_001, 18_002] as const;
/** Shortened idle time-out in seconds, still longer than a busy machine delays a container. */
const IDLE_SECONDS = 6;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

describe("nginx in front of the containers, with the rendered file", function () {
  this.timeout(120_000);
  let folder: string;
  let nginx: LocalNginx;
  let containers: Server[];

  before(async function () {
    if (!onPath(this, "nginx")) return;
    folder = nginxFolder();
    const upstream = join(folder, "upstream.conf");
    writeFileSync(upstream, CONTAINERS.map((port) => `${upstreamServer(port)}\n`).join(""));
    containers = await Promise.all(CONTAINERS.map(container));
    const content = localConfiguration(nginxConfiguration("aws", onNode(upstream)), folder, PORT);
    nginx = await LocalNginx.start(folder, withShortTimeouts(content), PORT);
  });
  after(async () => {
    containers?.forEach((server) => server.close().closeAllConnections());
    await nginx?.stop();
    if (folder !== undefined) removeFolder(folder);
  });

  it("spreads requests over its containers", async () => {
    const served = new Set<string>();
    for (let count = 0; count < 10; count++) {
      served.add((await ask("/who")).body);
    }
    assert.deepEqual([...served].sort(), CONTAINERS.map(String));
  });

  it("keeps a valid request id of the client, generates one otherwise, and returns it", async () => {
    const kept = await ask("/headers", { headers: { "x-request-id": "caller-0123456789" } });
    assert.equal(kept.headers["x-request-id"], "caller-0123456789");
    assert.equal(seen(kept)["x-request-id"], "caller-0123456789");
    const made = await ask("/headers", { headers: { "x-request-id": "<script>" } });
    assert.match(String(made.headers["x-request-id"]), /^[0-9a-f]{32}$/);
    assert.equal(seen(made)["x-request-id"], made.headers["x-request-id"]);
  });

  it("trusts only the part of X-Forwarded-For that the load balancer appended", async () => {
    const answer = await ask("/headers", { headers: { "x-forwarded-for": "1.1.1.1, 203.0.113.7" } });
    assert.equal(seen(answer)["x-real-ip"], "203.0.113.7");
    assert.equal(seen(answer)["x-forwarded-for"], "1.1.1.1, 203.0.113.7, 127.0.0.1");
    assert.equal(seen(answer)["x-forwarded-proto"], "https");
  });

  for (const [title, status, send] of [
    ["a body beyond the limit", 413, { method: "POST", body: "x".repeat(10 * 2 ** 20 + 1) }],
    ["a header beyond the limit", 400, { headers: { "x-large": "x".repeat(9000) } }],
    [
      "headers beyond the limit together",
      400,
      { headers: Object.fromEntries(many(5, (n) => [`x-large-${n}`, "x".repeat(8000)])) },
    ],
  ] as const) {
    it(`returns ${status} for ${title}`, async () => {
      assert.equal((await ask("/", send)).status, status);
    });
  }

  it("returns 414 for a URL beyond the limit", async () => {
    assert.equal((await ask(`/${"x".repeat(9000)}`)).status, 414);
  });

  it("accepts a large body and returns a large response", async () => {
    assert.equal((await ask("/length", { method: "POST", body: "x".repeat(9 * 2 ** 20) })).body, String(9 * 2 ** 20));
    assert.equal((await ask("/large")).body.length, 8 * 2 ** 20);
  });

  it("returns 429 to a client above its limits, but not to other clients or health checks", async () => {
    const from = (client: string, path: string): Promise<Answer> =>
      ask(path, { headers: { "x-forwarded-for": client } });
    const greedy = await Promise.all(many(400, () => from("203.0.113.8", "/who")));
    const statuses = new Set(greedy.map(({ status }) => status));
    assert.deepEqual([...statuses].sort(), [200, 429]);
    assert.equal((await from("203.0.113.9", "/who")).status, 200);
    assert.equal((await from("203.0.113.8", "/ready")).status, 200);
  });

  it("serves others while clients send slowly and read slowly", async () => {
    const slow = many(100, (n) => {
      const socket = connectTls({ port: PORT, rejectUnauthorized: false });
      socket.on("error", () => undefined);
      const client = `203.0.113.${100 + (n % 50)}`;
      // Half of them never finish their request, half never read their response.
      socket.write(
        n % 2 === 0
          ? `POST /length HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: ${client}\r\nContent-Length: 1000000\r\n\r\nx`
          : `GET /large HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: ${client}\r\n\r\n`,
      );
      return socket.pause();
    });
    await sleep(500);
    const others = await Promise.all(
      many(50, (n) => ask("/who", { headers: { "x-forwarded-for": `198.51.100.${n}` } })),
    );
    slow.forEach((socket) => socket.destroy());
    assert.deepEqual([...new Set(others.map(({ status }) => status))], [200]);
  });

  it("closes a WebSocket after the idle time-out, not before", async () => {
    const socket = await stream();
    await sleep(IDLE_SECONDS * 500);
    assert.equal(await echo(socket, "still there"), "still there");
    const idleSince = Date.now();
    await new Promise((resolve) => socket.once("close", resolve));
    assert.ok(Date.now() - idleSince >= IDLE_SECONDS * 900, "it was closed before the limit");
  });

  it("keeps containers in rotation that return 503", async () => {
    const answers = await Promise.all(many(20, () => ask("/unavailable")));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [503]);
    assert.equal((await ask("/who")).status, 200);
  });

  it("is ready while one container is", async () => {
    for (let count = 0; count < 10; count++) {
      assert.equal((await ask("/ready")).status, 200);
    }
  });

  it("sends reads, unsent writes and new WebSockets to the other container when one is lost", async () => {
    const socket = await stream();
    const lost = containers[CONTAINERS.indexOf(Number(await echo(socket, "who")) as (typeof CONTAINERS)[number])]!;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    lost.close().closeAllConnections();
    lost.emit("lost");
    await closed;
    const answers = await Promise.all(many(20, (n) => ask("/who", { method: n % 2 === 0 ? "GET" : "POST" })));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const again = await stream();
    assert.equal(await echo(again, "again"), "again");
    again.terminate();
  });

  it("never retries a POST that a container may have begun", async () => {
    const before = deaths;
    assert.equal((await ask("/die", { method: "POST" })).status, 502);
    assert.equal(deaths, before + 1);
  });

  it("finishes requests in flight when it is stopped", async () => {
    const answer = ask("/slow");
    await sleep(200);
    const stopped = nginx.stop("SIGQUIT");
    assert.equal((await answer).status, 200);
    await stopped;
  });
});

let deaths = 0;

/** A stand-in for a container: returns its port and the received headers, and echoes. */
function container(port: number): Promise<Server> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      switch (incoming.url) {
        case "/headers":
          return response.end(JSON.stringify(incoming.headers));
        case "/length":
          return response.end(String(body.length));
        case "/large":
          return response.end(Buffer.alloc(8 * 2 ** 20, "x"));
        case "/slow":
          return setTimeout(() => response.end("slow"), 1000);
        case "/unavailable":
          return response.writeHead(503).end();
        case "/ready":
          return response.writeHead(port === CONTAINERS[0] ? 200 : 503).end();
        case "/die":
          deaths++;
          return response.destroy();
        default:
          return response.end(String(port));
      }
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) =>
    socket.on("message", (data: Buffer) => socket.send(data.toString() === "who" ? String(port) : data.toString())),
  );
  server.on("lost", () => sockets.clients.forEach((socket) => socket.terminate()));
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function ask(path: string, { method = "GET", headers = {}, body = "" }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { port: PORT, path, method, headers, rejectUnauthorized: false, agent: false };
    const asked = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

function seen(answer: Answer): Record<string, string> {
  return JSON.parse(answer.body) as Record<string, string>;
}

async function stream(): Promise<WebSocket> {
  const socket = new WebSocket(`wss://127.0.0.1:${PORT}/stream`, { rejectUnauthorized: false });
  socket.on("error", () => undefined);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return socket;
}

function echo(socket: WebSocket, text: string): Promise<string> {
  return new Promise((resolve) => {
    socket.once("message", (data: Buffer) => resolve(data.toString()));
    socket.send(text);
  });
}

function many<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

/** Shortens the idle time-outs and keeps the time-out of a stop. */
function withShortTimeouts(content: string): string {
  return content
    .replaceAll(`_timeout ${REQUEST_TIMEOUT_SECONDS}s;`, `_timeout ${IDLE_SECONDS}s;`)
    .replace(`worker_shutdown_timeout ${IDLE_SECONDS}s;`, `worker_shutdown_timeout ${REQUEST_TIMEOUT_SECONDS}s;`);
}
