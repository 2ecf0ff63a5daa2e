/**
 * A small reference API for rehearsals and smoke tests. It has the environment, ports and probes of the product's API, which
 * it does not replace, and reads and writes all three stores.
 */
import cluster from "node:cluster";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { answerMetrics, hearMetrics, watchPools } from "./metrics";
import { Readiness } from "./readiness";
import { answer } from "./routes";
import { settings, type Settings } from "./settings";
import { Stores } from "./stores";

/** Milliseconds after which a terminating worker exits, even with requests in flight. */
const SHUTDOWN_MS = 30_000;
/** Milliseconds before a crashed worker is restarted, so that a crash loop does not use up the CPU. */
const RESTART_MS = 1000;

/** Runs the workers until SIGTERM or SIGINT. */
function lead({ workers }: Settings): void {
  let leaving = false;
  answerMetrics();
  for (let worker = 0; worker < workers; worker++) {
    cluster.fork();
  }
  cluster.on("exit", () => {
    if (!leaving) {
      setTimeout(() => cluster.fork(), RESTART_MS);
    } else if (Object.keys(cluster.workers ?? {}).length === 0) {
      process.exit(0);
    }
  });
  const leave = (): void => {
    leaving = true;
    Object.values(cluster.workers ?? {}).forEach((worker) => worker?.kill("SIGTERM"));
  };
  process.once("SIGTERM", leave).once("SIGINT", leave);
}

function work(own: Settings): void {
  hearMetrics();
  const stores = new Stores(own);
  watchPools(() => stores.pools());
  const readiness = new Readiness(["timescaledb", "neo4j", "redis"], async () =>
    own.fault === "never-ready" ? ["a store that does not exist"] : stores.silent(),
  );
  const context = { settings: own, stores, readiness };
  const server = createServer((request, response) => void answer(context, request, response));
  const sockets = new WebSocketServer({ server, path: "/stream" });
  sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
  server.keepAliveTimeout = 75_000; // longer than nginx keeps a connection to it
  server.listen(own.port, own.host);
  process.once("SIGTERM", () => {
    readiness.leave();
    server.close(() => void stores.close().finally(() => process.exit(0)));
    sockets.clients.forEach((socket) => socket.close(1001, "the server is shutting down"));
    setTimeout(() => process.exit(0), SHUTDOWN_MS).unref();
  });
}

const own = settings(process.env);
if (own.fault === "crash") {
  console.error("this release crashes at its start");
  process.exit(1);
}
if (cluster.isPrimary) {
  lead(own);
} else {
  work(own);
}
