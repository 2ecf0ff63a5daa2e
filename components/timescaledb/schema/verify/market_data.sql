SELECT symbol, "timestamp", open, high, low, close, volume FROM market_data_ohlcv WHERE false;

SELECT 1 / count(*) FROM timescaledb_information.dimensions
 WHERE hypertable_name = 'market_data_ohlcv' AND column_name = 'timestamp' AND time_interval = INTERVAL '1 day';
SELECT 1 / count(*) FROM timescaledb_information.dimensions
 WHERE hypertable_name = 'market_data_ohlcv' AND column_name = 'symbol' AND num_partitions = 4;
