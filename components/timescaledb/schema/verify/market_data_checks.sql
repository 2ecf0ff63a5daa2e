SELECT 1 / (count(*) = 2)::int FROM pg_constraint
 WHERE conrelid = 'market_data_ohlcv'::regclass AND conname IN ('market_data_ohlcv_within', 'market_data_ohlcv_volume');
