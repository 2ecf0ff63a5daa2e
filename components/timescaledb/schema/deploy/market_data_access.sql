-- The API reads and writes rows, readers read; only the owner changes tables. So for every table that is to come.
BEGIN;

GRANT USAGE ON SCHEMA public TO ape, ape_readonly;
GRANT SELECT, INSERT, UPDATE, DELETE ON market_data_ohlcv TO ape;
GRANT SELECT ON market_data_ohlcv TO ape_readonly;
ALTER DEFAULT PRIVILEGES FOR ROLE ape_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ape;
ALTER DEFAULT PRIVILEGES FOR ROLE ape_owner IN SCHEMA public GRANT USAGE ON SEQUENCES TO ape;
ALTER DEFAULT PRIVILEGES FOR ROLE ape_owner IN SCHEMA public GRANT SELECT ON TABLES TO ape_readonly;

COMMIT;
