import { EDITIONS } from "../../../components/timescaledb/edition";
import { AGGREGATES, COMPRESS_AFTER_DAYS } from "../../../components/timescaledb/schema-options";
import { SHARD_COUNTS, type ShardCount } from "../../../components/timescaledb/topology";
import { among, emptyOr, instant, integer, listOf, number, oneOf, refuse, words, type Parser } from "../parsers";
import { SHARDED_TIERS } from "../tier-words";
import { key } from "./key";

const shards: Parser<ShardCount> = (value) => {
  const given = number(1, Number.MAX_SAFE_INTEGER)(value);
  return SHARD_COUNTS.find((count) => count === given) ?? refuse();
};

/** TimescaleDB's edition, topology and data. Sizes: `overrides`. */
export const TIMESCALEDB_KEYS = {
  timescaledbShards: key({
    type: "integer",
    default: 1,
    allowed: `${words(SHARD_COUNTS.map(String))}; more than 1 requires tier ${SHARDED_TIERS} and high availability`,
    example: "2",
    description: "Number of shards that symbols are distributed over. Each has two data nodes and a witness.",
    parse: shards,
  }),
  timescaledbEdition: key({
    type: "string",
    default: "apache",
    ...among(EDITIONS),
    example: "community",
    description:
      "Edition of TimescaleDB. `apache`: Debian's packages. `community`: the vendor's packages, which compress prices after a week; by setting it you accept the Timescale License.",
  }),
  timescaledbRetentionDays: key({
    type: "integer",
    default: 0,
    allowed: `0 (never delete) or ${2 * COMPRESS_AFTER_DAYS} to 36500; above 0 requires timescaledbEdition: community`,
    example: "730",
    description: "Days after which prices are deleted.",
    parse: (value) => (value === 0 || value === "0" ? 0 : integer(2 * COMPRESS_AFTER_DAYS, 36_500)(value)),
  }),
  timescaledbAggregates: key({
    type: "array",
    default: [],
    allowed: `a list of ${words(AGGREGATES)}; requires timescaledbEdition: community`,
    example: '["hour", "day"]',
    description: "Intervals for which continuous aggregates of prices are maintained.",
    parse: listOf(oneOf(AGGREGATES), 0),
  }),
  timescaledbRestoreTo: key({
    type: "string",
    default: "",
    allowed: '"" (the end of the backups) or a time in UTC, "2026-01-31T12:00:00Z"',
    example: "2026-01-31T12:00:00Z",
    description: "Point in time that a blank data disk of TimescaleDB is restored to. Disks with data are not touched.",
    parse: emptyOr(instant),
  }),
};
