-- Prices by symbol and time. Unique by both, which are also what the table is cut by.
BEGIN;

SET LOCAL ROLE ape_owner;

CREATE TABLE market_data_ohlcv (
    symbol      text             NOT NULL,
    "timestamp" timestamptz      NOT NULL,
    open        double precision NOT NULL,
    high        double precision NOT NULL,
    low         double precision NOT NULL,
    close       double precision NOT NULL,
    volume      double precision NOT NULL DEFAULT 0,
    PRIMARY KEY (symbol, "timestamp")
);

SELECT create_hypertable('market_data_ohlcv', by_range('timestamp', INTERVAL '1 day'));
SELECT add_dimension('market_data_ohlcv', by_hash('symbol', 4));

COMMIT;
