-- A price lies between the low and the high of its interval; a volume is not negative.
BEGIN;

SET LOCAL ROLE ape_owner;

ALTER TABLE market_data_ohlcv
    ADD CONSTRAINT market_data_ohlcv_within CHECK (low <= high AND open BETWEEN low AND high AND close BETWEEN low AND high),
    ADD CONSTRAINT market_data_ohlcv_volume CHECK (volume >= 0);

COMMIT;
