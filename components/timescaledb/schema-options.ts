/** Days after which prices are compressed: the Scaling Strategy's. */
export const COMPRESS_AFTER_DAYS = 7;

/** Intervals that prices can be summed up by. */
export const AGGREGATES = ["hour", "day", "week"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export interface SchemaOptions {
  /** Days after which prices are deleted. Default 0: never. */
  readonly retentionDays?: number;
  /** Continuous aggregates to keep, by their interval. Default: none. */
  readonly aggregates?: readonly Aggregate[];
}

/**
 * Compression, retention and continuous aggregates as the config wants them, made so at every start: they may be changed
 * at any time, unlike what the schema is. Plain SQL, all of it under the Timescale licence.
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
  -- Chunks that are compressed already forbid to say it again.
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

/** Refreshed from three intervals back, so that late prices are still seen, up to the last whole one. */
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
