import assert from "node:assert/strict";
import { dynamicConfig, PATRONI_CONFIG } from "../../../components/timescaledb/patroni";
import { parameters, postgresqlConf, reloadableConf } from "../../../components/timescaledb/postgresql";
import { SHARED } from "../../../components/timescaledb/shared";
import { GIB, maxWalSize, minWalSize, peakMemory } from "../../../components/timescaledb/sizing";
import { TIER_NAMES } from "../../../stacks/tiers";
import { contentOf, provisions, SIZES } from "./fixtures";

/** By tier, t1 to t4: 0.5 GiB and 2 CPUs, 2 and 4, 4 and 8, 8 and 16; disk 100 GiB. */
const EXPECTED: Readonly<Record<string, readonly (string | number)[]>> = {
  max_connections: [25, 50, 100, 200],
  shared_buffers: ["128MB", "512MB", "1GB", "2GB"],
  effective_cache_size: ["384MB", "1536MB", "3GB", "6GB"],
  work_mem: ["3MB", "7MB", "8MB", "8MB"],
  maintenance_work_mem: ["32MB", "128MB", "256MB", "512MB"],
  autovacuum_max_workers: [3, 4, 6, 10],
  autovacuum_work_mem: ["10MB", "32MB", "42MB", "51MB"],
  "timescaledb.max_background_workers": [4, 8, 16, 16],
  max_worker_processes: [9, 15, 27, 35],
  max_parallel_workers: [2, 4, 8, 16],
  max_parallel_workers_per_gather: [1, 2, 4, 4],
  max_parallel_maintenance_workers: [1, 2, 4, 4],
  max_locks_per_transaction: [256, 256, 256, 512],
  wal_buffers: ["3932kB", "16MB", "16MB", "16MB"],
  min_wal_size: ["512MB", "2GB", "4GB", "8GB"],
  max_wal_size: ["2GB", "4GB", "8GB", "16GB"],
  max_slot_wal_keep_size: ["30GB", "30GB", "30GB", "30GB"],
};

describe("TimescaleDB: sizing", () => {
  for (const [name, values] of Object.entries(EXPECTED)) {
    it(`sets ${name} by tier`, () => {
      assert.deepEqual(
        TIER_NAMES.map((tier) => parameters(SIZES[tier])[name]),
        values,
      );
    });
  }

  it("fits into its memory, even at peak", () => {
    for (const tier of TIER_NAMES) {
      for (const highlyAvailable of [false, true]) {
        const part = peakMemory(SIZES[tier], highlyAvailable) / (SIZES[tier].memGiB * GIB);
        assert.ok(part <= 1, `${tier}: ${part}`);
        assert.ok(part > 0.5, `${tier} wastes its memory: ${part}`);
      }
    }
  });

  it("leaves most of a small disk for data", () => {
    const size = { memGiB: 8, cpus: 16, diskGiB: 10 };
    assert.ok(maxWalSize(size) <= 2 * GIB);
    assert.ok(minWalSize(size) <= maxWalSize(size) / 2);
  });

  it("gives Patroni the same parameters as a single server", () => {
    const conf = (text: string): string[] =>
      text.split("\n").filter((line) => / = /.test(line) && !line.startsWith("#"));
    const place =
      /^(data_directory|hba_file|ident_file|external_pid_file|unix_socket_directories|listen_addresses|port|restore_command|include) /;
    const alone = conf(`${postgresqlConf(SIZES.t3)}\n${reloadableConf(SIZES.t3)}`).filter((line) => !place.test(line));
    const shared = Object.entries(dynamic().postgresql.parameters).map(
      ([name, value]) => `${name}: ${JSON.stringify(value)}`,
    );
    const [config] = provisions();
    const own = /\n {2}parameters:\n((?: {4}.*\n)+)/.exec(contentOf(config!, PATRONI_CONFIG))![1]!;
    assert.deepEqual(
      [...shared, ...own.trimEnd().split("\n").slice(1)]
        .map((line) => line.trim().replace(": ", " = ").replace(/"/g, "'"))
        .sort(),
      alone.sort(),
    );
  });

  it("shares only what Patroni reads from nowhere else, so that each member has the memory of the machine it runs on", () => {
    assert.deepEqual(Object.keys(dynamic().postgresql.parameters).sort(), [...SHARED].sort());
  });

  it("satisfies Patroni's constraint on its timings", () => {
    const seconds = (key: "ttl" | "loop_wait" | "retry_timeout"): number => dynamic()[key];
    assert.ok(seconds("loop_wait") + 2 * seconds("retry_timeout") <= seconds("ttl"));
    assert.ok(seconds("ttl") >= 20 && seconds("ttl") <= 30);
  });
});

interface DynamicConfig {
  readonly ttl: number;
  readonly loop_wait: number;
  readonly retry_timeout: number;
  readonly postgresql: { readonly parameters: Readonly<Record<string, string | number>> };
}

function dynamic(): DynamicConfig {
  return JSON.parse(dynamicConfig(SIZES.t3)) as DynamicConfig;
}
