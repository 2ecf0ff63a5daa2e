import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis, type Cluster } from "ioredis";
import neo4j, { type Driver } from "neo4j-driver";
import { Pool } from "pg";
import type { Pool as PoolUse } from "./metrics";
import type { Settings } from "./settings";

/** Milliseconds within which a store must respond. */
const ANSWER_MS = 5000;
const CONNECT_MS = 2000;
/** The same for readiness: less than the time-out of the health checks. */
const PRESENT_MS = 1000;
/** Connections of each worker to each store. Ours: T4's 32 workers stay far below PgBouncer's limit. */
const CONNECTIONS = 4;

/** A price at a moment. */
export interface Price {
  readonly symbol: string;
  /** ISO 8601. */
  readonly at: string;
  readonly close: number;
}

/** The three stores, as the reference API reads and writes them. */
export class Stores {
  private readonly writer: Pool;
  private readonly reader: Pool;
  private readonly graph: Driver;
  private readonly cache: Redis | Cluster;

  constructor(settings: Settings) {
    const pool = (connectionString: string): Pool =>
      new Pool({
        connectionString,
        max: CONNECTIONS,
        connectionTimeoutMillis: CONNECT_MS,
        query_timeout: ANSWER_MS,
      }).on("error", () => undefined); // an idle connection was lost; the next request opens another
    this.writer = pool(settings.database.writer);
    this.reader = pool(settings.database.reader);
    const { uri, username, password } = settings.neo4j;
    this.graph = neo4j.driver(uri, neo4j.auth.basic(username, password), {
      encrypted: "ENCRYPTION_ON",
      trust: "TRUST_CUSTOM_CA_SIGNED_CERTIFICATES",
      trustedCertificates: [settings.caFile],
      maxConnectionPoolSize: CONNECTIONS,
      connectionAcquisitionTimeout: ANSWER_MS,
      connectionTimeout: CONNECT_MS,
      maxTransactionRetryTime: ANSWER_MS,
    });
    this.cache = cacheOf(settings).on("error", () => undefined); // commands report it
  }

  /** Usage of the database connections. */
  pools(): PoolUse[] {
    return Object.entries({ writer: this.writer, reader: this.reader }).map(([name, pool]) => ({
      name,
      active: pool.totalCount - pool.idleCount,
      max: CONNECTIONS,
    }));
  }

  /** Sends a cheap query to each store, which uses the schema where there is one. Returns the stores that did not respond. */
  async silent(): Promise<string[]> {
    const asked: readonly (readonly [name: string, answer: Promise<unknown>])[] = [
      ["timescaledb", this.writer.query("SELECT FROM market_data_ohlcv LIMIT 0")],
      ["neo4j", this.graph.executeQuery("RETURN 1")],
      ["redis", this.cache.get("ape:ready")],
    ];
    const answers = await Promise.allSettled(
      asked.map(([, answer]) =>
        Promise.race([
          answer,
          sleep(PRESENT_MS, undefined, { ref: false }).then(() => Promise.reject(new Error("late"))),
        ]),
      ),
    );
    return asked.filter((_, index) => answers[index]!.status === "rejected").map(([name]) => name);
  }

  /** The newest price, from the cache if it is there. */
  async newest(symbol: string): Promise<Price | undefined> {
    const cached = await this.cache.get(`ape:price:${symbol}`).catch(() => null); // slower without the cache, not down
    if (cached !== null) {
      return JSON.parse(cached) as Price;
    }
    const { rows } = await this.reader.query<{ at: Date; close: number }>(
      'SELECT "timestamp" AS at, close FROM market_data_ohlcv WHERE symbol = $1 ORDER BY "timestamp" DESC LIMIT 1',
      [symbol],
    );
    const [row] = rows;
    if (row === undefined) {
      return undefined;
    }
    const price = { symbol, at: row.at.toISOString(), close: row.close };
    await this.cache.set(`ape:price:${symbol}`, JSON.stringify(price), "EX", 1).catch(() => undefined);
    return price;
  }

  /** Writes a price. Idempotent. */
  async write({ symbol, at, close }: Price): Promise<void> {
    await this.writer.query(
      `INSERT INTO market_data_ohlcv (symbol, "timestamp", open, high, low, close) VALUES ($1, $2, $3, $3, $3, $3)
       ON CONFLICT (symbol, "timestamp") DO UPDATE
       SET open = EXCLUDED.open, high = EXCLUDED.high, low = EXCLUDED.low, close = EXCLUDED.close`,
      [symbol, at, close],
    );
  }

  /** The symbols related to a symbol. */
  async related(symbol: string): Promise<string[]> {
    const { records } = await this.graph.executeQuery(
      "MATCH (:ReferenceSymbol {name: $symbol})-[:RELATED]->(other) RETURN other.name AS name ORDER BY name",
      { symbol },
      { routing: neo4j.routing.READ },
    );
    return records.map((record) => record.get("name") as string);
  }

  /** Relates two symbols. Idempotent. */
  async relate(symbol: string, other: string): Promise<void> {
    await this.graph.executeQuery(
      `MERGE (a:ReferenceSymbol {name: $symbol}) MERGE (b:ReferenceSymbol {name: $other}) MERGE (a)-[:RELATED]->(b)`,
      { symbol, other },
    );
  }

  async close(): Promise<void> {
    this.cache.disconnect();
    await Promise.allSettled([this.writer.end(), this.reader.end(), this.graph.close()]);
  }
}

function cacheOf({ redis, caFile }: Settings): Redis | Cluster {
  const { username, password, url, sentinels, masterName, cluster } = redis;
  const tls = { ca: readFileSync(caFile, "utf8") };
  const common = {
    username,
    password,
    tls,
    connectTimeout: CONNECT_MS,
    commandTimeout: CONNECT_MS,
    maxRetriesPerRequest: 1,
    retryStrategy: () => 500,
  };
  if (cluster.length > 0) {
    return new Redis.Cluster([...cluster], { redisOptions: common, clusterRetryStrategy: () => 500 });
  }
  if (masterName !== undefined) {
    return new Redis({
      ...common,
      sentinels: [...sentinels],
      name: masterName,
      sentinelUsername: username,
      sentinelPassword: password,
      enableTLSForSentinelMode: true,
      sentinelTLS: tls,
      sentinelRetryStrategy: () => 500,
    });
  }
  return new Redis(url!, common);
}
