/** What is run against each configuration: a pgbench script and how its transactions are counted. */
export interface Workload {
  readonly name: string;
  /** What one transaction counts for. */
  readonly unit: string;
  readonly perTransaction: number;
  /** Run once, before the first round. */
  readonly prepare: string;
  /** pgbench's script. */
  readonly script: string;
}

/** Rows of each insert: what an ingester sends at once. */
const BATCH = 1000;
const SYMBOLS = 200;

const TABLE = `CREATE TABLE prices (symbol text, at timestamptz, open float8, high float8, low float8, close float8,
  volume float8, PRIMARY KEY (symbol, at));
SELECT create_hypertable('prices', by_range('at', INTERVAL '1 day'));
SELECT add_dimension('prices', by_hash('symbol', 4));
CREATE SEQUENCE minutes;`;

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
    prepare: TABLE,
    script: `INSERT INTO prices
SELECT 'S' || s, timestamptz '2026-01-01' + interval '1 minute' * (m * ${BATCH / SYMBOLS} + i), 100, 101, 99, 100, i
  FROM (SELECT nextval('minutes') AS m) AS next, generate_series(1, ${SYMBOLS}) AS s, generate_series(1, ${BATCH / SYMBOLS}) AS i;
`,
  },
  {
    name: "daily sums of prices",
    unit: "queries",
    perTransaction: 1,
    prepare: "",
    script: `\\set s random(1, ${SYMBOLS})
SELECT time_bucket('1 day', at), min(low), max(high), avg(close), sum(volume) FROM prices
 WHERE symbol BETWEEN 'S1' AND 'S' || :s GROUP BY 1;
`,
  },
];
