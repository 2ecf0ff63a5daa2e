import type { ContainerResources } from "../args";

/**
 * What the sidecars of each pod request. Ours. HAProxy, measured with one thread (version 2.6): 15 MiB with four shards and
 * no connection, 18 MiB with 1,000 connections, and 14 µs of CPU per query, so that 0.01 CPU is 700 queries a second.
 * nginx: 51 µs of CPU per request over TLS (docs/api.md), so that 0.04 CPU is 780 requests a second.
 */
export const SIDECAR_REQUESTS = {
  nginx: { memGiB: 1 / 16, cpus: 0.04 },
  haproxy: { memGiB: 1 / 32, cpus: 0.01 },
} as const satisfies Readonly<Record<string, ContainerResources>>;
