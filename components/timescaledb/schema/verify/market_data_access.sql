SELECT 1 / (has_table_privilege('ape', 'market_data_ohlcv', 'INSERT')
    AND NOT has_table_privilege('ape', 'market_data_ohlcv', 'TRUNCATE'))::int;
SELECT 1 / (has_table_privilege('ape_readonly', 'market_data_ohlcv', 'SELECT')
    AND NOT has_table_privilege('ape_readonly', 'market_data_ohlcv', 'INSERT'))::int;
