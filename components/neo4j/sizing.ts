/**
 * Memory of Neo4j in addition to heap and page cache (JVM, threads, network buffers), GiB. Measured: resident memory of an
 * idle server was at most 0.3 GiB above its heap in each tier; the rest is for connections.
 */
const NATIVE_GIB = 0.4;

/** Share of the heap for all transactions together. Source: the Scaling Strategy (2 GB of an 8 GB heap). */
const TRANSACTION_SHARE = 1 / 4;

/** Memory settings of a server. */
export interface Neo4jMemory {
  readonly heapGiB: number;
  readonly pageCacheGiB: number;
}

/** Memory of a role, GiB. Neo4j does not start if heap and page cache exceed the node's memory. */
export function roleMemGiB({ heapGiB, pageCacheGiB }: Neo4jMemory): number {
  return heapGiB + pageCacheGiB + NATIVE_GIB;
}

/** Breakdown of a role's memory, GiB. */
export function memoryFor({ heapGiB, pageCacheGiB }: Neo4jMemory): string {
  return `heap ${heapGiB}, page cache ${pageCacheGiB}, JVM ${NATIVE_GIB}`;
}

/** Limit of all transactions together, GiB. */
export function transactionGiB({ heapGiB }: Neo4jMemory): number {
  return heapGiB * TRANSACTION_SHARE;
}
