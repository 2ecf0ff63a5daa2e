import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SYSTEM_MEM_GIB } from "../../../components/node/placement";
import { API_SECRET, APP_USER } from "../../../components/timescaledb/secrets";
import { maxConnections } from "../../../components/timescaledb/sizing";
import { PORTS } from "../../../components/timescaledb/topology";
import { planStack } from "../../../stacks/plan";
import { TIER_NAMES } from "../../../stacks/tiers";
import { ask, execute } from "../../../tools/drills/timescaledb/members";
import { planFrom } from "../../../tools/plan/plan";
import { killedForMemory } from "../../../tools/rehearsal/memory";
import { hostNamespace } from "../../../tools/rehearsal/network";
import { Rehearsal, takeDown } from "../../../tools/rehearsal/rehearsal";
import { run } from "../../../tools/rehearsal/shell";
import { onPath } from "../../support/programs";
import { canBoot } from "../../support/rehearsal";

const MINUTE = 60_000;
const SECONDS = 10;

/** Sorts some 10 MiB: with all the memory that a sort may take, and a little on disk. */
const SORT =
  "SELECT count(*) FROM (SELECT filler FROM pgbench_accounts WHERE aid <= 60000 ORDER BY filler, abalance, aid OFFSET 1) AS sorted;";

describe("TimescaleDB, with twice as many clients as it allows connections", function () {
  this.timeout(10 * MINUTE);

  for (const tier of TIER_NAMES) {
    it(`stays within its memory in ${tier}`, async function () {
      onPath(this, "pgbench");
      const stack = `memory-${tier}`;
      canBoot(this, stack);
      const { spec } = planFrom("prod", [
        `tier=${tier}`,
        "highAvailability=false",
        "zones=1",
        "overrides.neo4j.members=1",
      ]);
      const plan = planStack({ ...spec, stack });
      const { memGiB } = spec.timescaledb;
      // The service's slice isn't enforced inside a container: the whole node gets no more than slice and system.
      const rehearsal = await Rehearsal.prepare(
        plan,
        ["timescaledb"],
        () => undefined,
        (local) => ({
          ...local,
          hosts: local.hosts.map((host) => ({ ...host, memGiB: memGiB + SYSTEM_MEM_GIB })),
        }),
      );
      try {
        const [machine] = rehearsal.machines;
        await rehearsal.launch(machine!);
        const { state, reason } = await machine!.settled(5 * MINUTE);
        assert.equal(state, "serving", reason);
        const clients = 2 * maxConnections(spec.timescaledb);
        await machine!.run([
          "runuser",
          "-u",
          "postgres",
          "--",
          "/usr/lib/postgresql/17/bin/pgbench",
          "-i",
          "-q",
          "-s",
          "10",
          "ape",
        ]);
        await execute(machine!, `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${APP_USER}`);
        const client = rehearsal.clientHost(machine!.host.zone);
        await rehearsal.attach(client);
        const folder = mkdtempSync(join(tmpdir(), "ape-"));
        const script = join(folder, "sort.sql");
        writeFileSync(script, SORT);
        const said = await run(
          [
            ...["ip", "netns", "exec", hostNamespace(stack, client.name), "pgbench", "--no-vacuum"],
            ...["-h", machine!.host.address, "-p", String(PORTS.pool), "-U", APP_USER],
            ...[
              "-c",
              String(clients),
              "-j",
              "2",
              "-T",
              String(SECONDS),
              "-b",
              "tpcb-like@4",
              "-f",
              `${script}@1`,
              "ape",
            ],
          ],
          {
            env: {
              PGPASSWORD: rehearsal.secret<{ password: string }>(API_SECRET).password,
              PGSSLMODE: "require",
            },
          },
        );
        rmSync(folder, { recursive: true });
        const transactions = Number(/number of transactions actually processed: (\d+)/.exec(said)![1]);
        console.log(`      ${clients} clients, ${transactions} transactions in ${memGiB} GiB`);
        assert.ok(transactions >= clients, said);
        assert.equal(/number of failed transactions: (\d+)/.exec(said)?.[1] ?? "0", "0");
        assert.equal(killedForMemory(stack, machine!.host.name), 0);
        assert.equal(await ask(machine!, "SELECT pg_postmaster_start_time() < now() - interval '10 seconds'"), "t");
      } finally {
        await takeDown(stack);
      }
    });
  }
});
