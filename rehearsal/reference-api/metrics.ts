import cluster from "node:cluster";
import { AggregatorRegistry, Counter, Gauge, Histogram, register } from "prom-client";

/** Names as queried by the Scaling Strategy. */
const requests = new Counter({
  name: "http_requests_total",
  help: "Requests answered.",
  labelNames: ["method", "route", "status"],
});
const durations = new Histogram({
  name: "http_request_duration_seconds",
  help: "Seconds from request to response.",
  labelNames: ["method", "route"],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/** A worker's connection pool. */
export interface Pool {
  readonly name: string;
  /** Connections in use. */
  readonly active: number;
  /** Maximum of connections. */
  readonly max: number;
}

/** Exposes the usage of the worker's pools. */
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
  gauge("active", "Database connections in use.");
  gauge("max", "Maximum of database connections.");
}

/** Counts a response. */
export function count(method: string, route: string, status: number, seconds: number): void {
  requests.inc({ method, route, status });
  durations.observe({ method, route }, seconds);
}

interface MetricsRequest {
  readonly metricsFor: number;
}

interface MetricsResponse extends MetricsRequest {
  readonly text: string;
}

let asked = 0;
const waiting = new Map<number, (text: string) => void>();

/** Metrics of all workers in Prometheus' format. A worker requests them from the primary process, which collects them. */
export function metrics(): Promise<string> {
  if (!cluster.isWorker) {
    return register.metrics();
  }
  return new Promise((resolve) => {
    const metricsFor = ++asked;
    waiting.set(metricsFor, resolve);
    process.send!({ metricsFor } satisfies MetricsRequest);
  });
}

/** In a worker: reports its metrics to the primary process and receives those of all workers. */
export function hearMetrics(): void {
  new AggregatorRegistry();
  process.on("message", (message: Partial<MetricsResponse>) => {
    if (message.metricsFor !== undefined) {
      waiting.get(message.metricsFor)?.(message.text!);
      waiting.delete(message.metricsFor);
    }
  });
}

/** In the primary process: returns the metrics of all workers. */
export function answerMetrics(): void {
  const all = new AggregatorRegistry();
  cluster.on("message", (worker, message: Partial<MetricsRequest>) => {
    const { metricsFor } = message;
    if (metricsFor !== undefined) {
      void all.clusterMetrics().then(
        (text) => worker.send({ metricsFor, text } satisfies MetricsResponse),
        () => worker.send({ metricsFor, text: "" } satisfies MetricsResponse),
      );
    }
  });
}
