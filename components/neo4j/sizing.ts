/**
 * Memory of Neo4j beside heap and page cache (JVM, threads, network buffers), in GiB. Source: resident memory of an idle
 * server of each tier was at most 0.3 GiB above its heap; the rest is for connections.
 */
const NATIVE_GIB = 0.4;

/** Share of the heap that all transactions together may take. Source: the Scaling Strategy (2 GB of an 8 GB heap). */
const TRANSACTION_SHARE = 1 / 4;

/** What a server's memory is divided into. */
export interface Neo4jMemory {
  readonly heapGiB: number;
  readonly pageCacheGiB: number;
}

/** Memory of a role in GiB. Neo4j refuses to start where heap and page cache exceed the machine's memory. */
export function roleMemGiB({ heapGiB, pageCacheGiB }: Neo4jMemory): number {
  return heapGiB + pageCacheGiB + NATIVE_GIB;
}

/** What a role's memory is for, in GiB. */
export function memoryFor({ heapGiB, pageCacheGiB }: Neo4jMemory): string {
  return `heap ${heapGiB}, page cache ${pageCacheGiB}, JVM ${NATIVE_GIB}`;
}

/** What all transactions together may take, in GiB. */
export function transactionGiB({ heapGiB }: Neo4jMemory): number {
  return heapGiB * TRANSACTION_SHARE;
}
