/** A pgbench script and how its transactions are counted. */
export interface Workload {
  readonly name: string;
  /** Unit of the result. */
  readonly unit: string;
  readonly perTransaction: number;
  /** SQL that runs once per configuration before the first round. */
  readonly prepare: string;
  /** pgbench's script. */
  readonly script: string;
}

/** Rows per insert, like an ingester's batches. */
const BATCH = 1000;
const SYMBOLS = 200;

/** A hypertable like the schema's, under another name. */
const table = (name: string): string => `CREATE TABLE ${name} (symbol text, at timestamptz, open float8, high float8,
  low float8, close float8, volume float8, PRIMARY KEY (symbol, at));
SELECT create_hypertable('${name}', by_range('at', INTERVAL '1 day'));
SELECT add_dimension('${name}', by_hash('symbol', 4));`;

/** Minutes per symbol that are read: more than a day, so that several chunks are read. */
const READ_MINUTES = 2000;

/** SQL for prices of some minutes of each symbol. */
const prices = (from: string, minutes: number): string =>
  `SELECT 'S' || s, timestamptz '2026-01-01' + interval '1 minute' * (${from} + i), 100, 101, 99, 100, i
  FROM generate_series(1, ${SYMBOLS}) AS s, generate_series(1, ${minutes}) AS i`;

export const WORKLOADS: readonly Workload[] = [
  {
    name: "pgbench, TPC-B like",
    unit: "transactions",
    perTransaction: 1,
    prepare: "",
    script: `\\set aid random(1, 100000 * :scale)
\\set bid random(1, 1 * :scale)
\\set tid random(1, 10 * :scale)
\\set delta random(-5000, 5000)
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;
UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP);
END;
`,
  },
  {
    name: "ingest of prices into a hypertable",
    unit: "rows",
    perTransaction: BATCH,
    prepare: `${table("ingested")} CREATE SEQUENCE batches;`,
    script: `SELECT nextval('batches') AS batch \\gset
INSERT INTO ingested ${prices(`:batch * ${BATCH / SYMBOLS}`, BATCH / SYMBOLS)};
`,
  },
  {
    name: "daily sums of prices",
    unit: "queries",
    perTransaction: 1,
    // A separate table: the ingested one would be largest for the fastest configuration.
    prepare: `${table("past")} INSERT INTO past ${prices("0", READ_MINUTES)}; VACUUM ANALYZE past;`,
    script: `\\set s random(1, ${SYMBOLS})
SELECT time_bucket('1 day', at), min(low), max(high), avg(close), sum(volume) FROM past
 WHERE symbol BETWEEN 'S1' AND 'S' || :s GROUP BY 1;
`,
  },
];
