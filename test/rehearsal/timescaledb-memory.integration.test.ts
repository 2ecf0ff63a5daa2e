// Test group: first
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SYSTEM_MEM_GIB } from "../../components/node/placement";
import { API_SECRET, APP_USER } from "../../components/timescaledb/secrets";
import { maxConnections } from "../../components/timescaledb/sizing";
import { PORTS } from "../../components/timescaledb/topology";
import { planStack } from "../../stacks/plan";
import type { StackSpec } from "../../stacks/config/spec";
import { TIER_NAMES, type TierName } from "../../stacks/tiers";
import { execute, query } from "../../rehearsal/drills/timescaledb/members";
import { planFrom } from "../../planning/plan";
import { oomKills } from "../../rehearsal/machine/control-groups";
import { hostNamespace } from "../../rehearsal/network/network";
import type { Rehearsal } from "../../rehearsal/rehearsal";
import { takeDown } from "../../rehearsal/running";
import { run } from "../../rehearsal/system/process";
import { onPath } from "../support/programs";
import { boot, canBoot } from "../support/rehearsal";

const MINUTE = 60_000;
/** Transactions per client: enough to use all connections at once. */
const TRANSACTIONS = 3;

const STARTED = "SELECT pg_postmaster_start_time()";

/** Sorts about 10 MiB, which uses all of work_mem and some disk. */
const SORT =
  "SELECT count(*) FROM (SELECT filler FROM pgbench_accounts WHERE aid <= 60000 ORDER BY filler, abalance, aid OFFSET 1) AS sorted;";

describe("TimescaleDB with twice as many clients as connections", function () {
  this.timeout(10 * MINUTE);
  const booted = new Map<TierName, Rehearsal>();

  before(async function () {
    onPath(this, "pgbench");
    TIER_NAMES.forEach((tier) => canBoot(this, stackOf(tier)));
    // In parallel: a boot mostly waits.
    const results = await Promise.allSettled(TIER_NAMES.map(async (tier) => booted.set(tier, await bootTier(tier))));
    results.forEach((result) => {
      if (result.status === "rejected") throw result.reason;
    });
  });
  after(() => Promise.all(TIER_NAMES.map((tier) => takeDown(stackOf(tier)))));

  for (const tier of TIER_NAMES) {
    it(`stays within its memory limit in ${tier}`, async () => {
      const rehearsal = booted.get(tier)!;
      const [machine] = rehearsal.machines;
      const { timescaledb } = specOf(tier);
      const clients = 2 * maxConnections(timescaledb);
      await machine!.run([
        ...["runuser", "-u", "postgres", "--", "/usr/lib/postgresql/17/bin/pgbench"],
        ...["-i", "-q", "-s", "10", "ape"],
      ]);
      await execute(machine!, `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${APP_USER}`);
      const started = await query(machine!, STARTED);
      const client = rehearsal.clientHost(machine!.host.zone);
      await rehearsal.attach(client);
      const folder = mkdtempSync(join(tmpdir(), "ape-"));
      const script = join(folder, "sort.sql");
      writeFileSync(script, SORT);
      const output = await run(
        [
          ...["ip", "netns", "exec", hostNamespace(stackOf(tier), client.name), "pgbench", "--no-vacuum"],
          ...["-h", machine!.host.address, "-p", String(PORTS.pool), "-U", APP_USER],
          ...["-c", String(clients), "-j", "2", "-t", String(TRANSACTIONS)],
          ...["-b", "tpcb-like@4", "-f", `${script}@1`, "ape"],
        ],
        {
          env: {
            PGPASSWORD: rehearsal.secret<{ password: string }>(API_SECRET).password,
            PGSSLMODE: "require",
          },
        },
      );
      rmSync(folder, { recursive: true });
      console.log(`      ${clients} clients, ${TRANSACTIONS * clients} transactions in ${timescaledb.memGiB} GiB`);
      assert.equal(Number(/number of transactions actually processed: (\d+)/.exec(output)![1]), TRANSACTIONS * clients);
      assert.equal(/number of failed transactions: (\d+)/.exec(output)?.[1] ?? "0", "0");
      assert.equal(oomKills(stackOf(tier), machine!.host.name), 0);
      assert.equal(await query(machine!, STARTED), started, "the server restarted");
    });
  }
});

function stackOf(tier: TierName): string {
  return `memory-${tier}`;
}

function specOf(tier: TierName): StackSpec {
  const single = ["highAvailability=false", "zones=1", "overrides.neo4j.members=1"];
  return { ...planFrom("prod", [`tier=${tier}`, ...single]).spec, stack: stackOf(tier) };
}

/** A container does not enforce the service's slice, so the node's limit is reduced to slice plus system. */
function bootTier(tier: TierName): Promise<Rehearsal> {
  const spec = specOf(tier);
  const memGiB = spec.timescaledb.memGiB + SYSTEM_MEM_GIB;
  return boot(planStack(spec), ["timescaledb"], {
    alter: (local) => ({
      ...local,
      hosts: local.hosts.map((host) => ({ ...host, memGiB })),
    }),
  });
}
