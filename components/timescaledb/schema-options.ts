/** Days after which prices are compressed. Source: the Scaling Strategy. */
export const COMPRESS_AFTER_DAYS = 7;

/** Intervals of the continuous aggregates of prices. */
export const AGGREGATES = ["hour", "day", "week"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export interface SchemaOptions {
  /** Days after which prices are deleted; 0 means never. Default 0. */
  readonly retentionDays?: number;
  /** Intervals of the continuous aggregates to maintain. Default: none. */
  readonly aggregates?: readonly Aggregate[];
}

/**
 * Compression, retention and continuous aggregates as configured, applied at each start: unlike the schema, they can change
 * at any time. Plain SQL. All of it requires the Timescale licence.
 */
export function optionsSql({ retentionDays = 0, aggregates = [] }: SchemaOptions): string {
  return [
    COMPRESSION,
    ...(retentionDays === 0
      ? [`SELECT remove_retention_policy('market_data_ohlcv', if_exists => true);\n`]
      : [retention(retentionDays)]),
    ...AGGREGATES.map((each) => (aggregates.includes(each) ? aggregate(each) : noAggregate(each))),
  ].join("\n");
}

const COMPRESSION = `DO $$
BEGIN
  -- Fails on a hypertable that already has compressed chunks.
  IF NOT (SELECT compression_enabled FROM timescaledb_information.hypertables WHERE hypertable_name = 'market_data_ohlcv') THEN
    ALTER TABLE market_data_ohlcv SET (
      timescaledb.compress,
      timescaledb.compress_segmentby = 'symbol',
      timescaledb.compress_orderby = '"timestamp" DESC'
    );
  END IF;
END $$;
SELECT add_compression_policy('market_data_ohlcv', INTERVAL '${COMPRESS_AFTER_DAYS} days', if_not_exists => true);
`;

function retention(days: number): string {
  return `DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM timescaledb_information.jobs
                  WHERE hypertable_name = 'market_data_ohlcv' AND proc_name = 'policy_retention'
                    AND (config ->> 'drop_after')::interval = INTERVAL '${days} days') THEN
    PERFORM remove_retention_policy('market_data_ohlcv', if_exists => true);
    PERFORM add_retention_policy('market_data_ohlcv', INTERVAL '${days} days');
  END IF;
END $$;
`;
}

/** Refreshes the last three complete intervals, so that late prices are included. */
function aggregate(each: Aggregate): string {
  const view = viewOf(each);
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${view} WITH (timescaledb.continuous) AS
SELECT symbol, time_bucket('1 ${each}', "timestamp") AS "timestamp", first(open, "timestamp") AS open, max(high) AS high,
       min(low) AS low, last(close, "timestamp") AS close, sum(volume) AS volume
  FROM market_data_ohlcv
 GROUP BY 1, 2
  WITH NO DATA;
SELECT add_continuous_aggregate_policy('${view}', start_offset => INTERVAL '4 ${each}s',
  end_offset => INTERVAL '1 ${each}', schedule_interval => INTERVAL '${REFRESH[each]}', if_not_exists => true);
ALTER MATERIALIZED VIEW ${view} OWNER TO ape_owner;
GRANT SELECT ON ${view} TO ape, ape_readonly;
`;
}

const REFRESH: Readonly<Record<Aggregate, string>> = { hour: "10 minutes", day: "1 hour", week: "6 hours" };

function noAggregate(each: Aggregate): string {
  return `DROP MATERIALIZED VIEW IF EXISTS ${viewOf(each)};\n`;
}

function viewOf(each: Aggregate): string {
  return `market_data_ohlcv_${each}`;
}
