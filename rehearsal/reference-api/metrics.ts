import cluster from "node:cluster";
import { AggregatorRegistry, Counter, Gauge, Histogram, register } from "prom-client";

/** By the names that the Scaling Strategy queries. */
const requests = new Counter({
  name: "http_requests_total",
  help: "Requests that were answered.",
  labelNames: ["method", "route", "status"],
});
const durations = new Histogram({
  name: "http_request_duration_seconds",
  help: "Seconds from request to answer.",
  labelNames: ["method", "route"],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/** A worker's connections to the database. */
export interface Pool {
  readonly name: string;
  /** Connections that answer a request just now. */
  readonly active: number;
  /** Connections that there may be. */
  readonly max: number;
}

/** Shows how far the worker's pools are used, whenever somebody asks. */
export function watchPools(pools: () => readonly Pool[]): void {
  const gauge = (field: "active" | "max", help: string): Gauge =>
    new Gauge({
      name: `db_connection_pool_${field}`,
      help,
      labelNames: ["pool"],
      collect() {
        pools().forEach((pool) => this.set({ pool: pool.name }, pool[field]));
      },
    });
  gauge("active", "Connections to the database that answer a request.");
  gauge("max", "Connections to the database that there may be.");
}

/** Counts an answer. */
export function count(method: string, route: string, status: number, seconds: number): void {
  requests.inc({ method, route, status });
  durations.observe({ method, route }, seconds);
}

interface Question {
  readonly metricsFor: number;
}

interface Answer extends Question {
  readonly text: string;
}

let asked = 0;
const waiting = new Map<number, (text: string) => void>();

/** All workers' metrics as Prometheus reads them: a worker asks the primary process, which asks them all. */
export function metrics(): Promise<string> {
  if (!cluster.isWorker) {
    return register.metrics();
  }
  return new Promise((resolve) => {
    const metricsFor = ++asked;
    waiting.set(metricsFor, resolve);
    process.send!({ metricsFor } satisfies Question);
  });
}

/** In a worker: answers when the primary asks for its own, and hears what the primary answers. */
export function hearMetrics(): void {
  new AggregatorRegistry();
  process.on("message", (message: Partial<Answer>) => {
    if (message.metricsFor !== undefined) {
      waiting.get(message.metricsFor)?.(message.text!);
      waiting.delete(message.metricsFor);
    }
  });
}

/** In the primary: answers for all workers. */
export function answerMetrics(): void {
  const all = new AggregatorRegistry();
  cluster.on("message", (worker, message: Partial<Question>) => {
    const { metricsFor } = message;
    if (metricsFor !== undefined) {
      void all.clusterMetrics().then(
        (text) => worker.send({ metricsFor, text } satisfies Answer),
        () => worker.send({ metricsFor, text: "" } satisfies Answer),
      );
    }
  });
}
