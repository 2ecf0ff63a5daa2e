// Test group: heavy
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NEEDS_RESTART, parameters } from "../../components/timescaledb/postgresql";
import { API_SECRET } from "../../components/timescaledb/secrets";
import { planStack, type StackPlan } from "../../stacks/plan";
import { timescaledbFailover } from "../../rehearsal/drills/timescaledb/failover";
import { execute, patronictl, query, TimescaleDbMembers } from "../../rehearsal/drills/timescaledb/members";
import { resizePrimary } from "../../rehearsal/drills/timescaledb/resize";
import { timescaledbRestore } from "../../rehearsal/drills/timescaledb/restore";
import { planFrom } from "../../planning/plan";
import type { Machine } from "../../rehearsal/machine/machine";
import { hostNamespace } from "../../rehearsal/network/network";
import type { Rehearsal } from "../../rehearsal/rehearsal";
import { run } from "../../rehearsal/system/process";
import { declareScenarios, type Scenario, type Step } from "../support/scenarios";
import { onPath } from "../support/programs";
import { boot, assertDrillPasses } from "../support/rehearsal";

const MINUTE = 60_000;

const SCHEMA: Step = {
  title: "have the schema, and the same effective settings on both data nodes",
  run: async (rehearsal) => {
    const members = await healthyMembers(rehearsal);
    const primary = await members.primary();
    assert.equal(
      await execute(primary, "SELECT string_agg(change, ' ' ORDER BY committed_at) FROM sqitch.changes"),
      "market_data market_data_access market_data_checks",
    );
    const planned = Object.keys(parameters(planOf("timescaledb-aws", []).spec.timescaledb));
    const ours = await query(
      primary,
      `SELECT string_agg(name, ' ' ORDER BY name) FROM pg_settings WHERE context = 'postmaster' AND name IN (${planned
        .map((name) => `'${name}'`)
        .join(", ")})`,
    );
    const restarting = planned.filter((name) => NEEDS_RESTART.includes(name)).sort();
    assert.equal(ours, restarting.join(" "), "settings that require a restart");
    const settings = await Promise.all(
      members.machines.map((machine) =>
        query(machine, "SELECT name, setting FROM pg_settings WHERE context = 'postmaster' ORDER BY name"),
      ),
    );
    assert.equal(settings[0], settings[1]);
    for (const machine of members.machines) {
      assert.equal(await query(machine, "SELECT count(*) FROM pg_settings WHERE pending_restart"), "0");
    }
  },
};

const FOUND: Step = {
  title: "are found through libpq URIs after a switchover",
  run: async (rehearsal) => {
    const members = await healthyMembers(rehearsal);
    const { stack } = rehearsal.stack;
    const { writer, reader } = planOf(stack, []).endpoints.timescaledb;
    const api = rehearsal.machines.find(({ host }) => host.services.includes("api"))!;
    const folder = mkdtempSync(join(tmpdir(), "ape-"));
    const ca = join(folder, "ca.crt");
    writeFileSync(ca, rehearsal.certificateAuthority());
    const recovering = (uri: string): Promise<string> =>
      run(
        [
          ...["ip", "netns", "exec", hostNamespace(stack, api.host.name), "psql", "-XAtq"],
          ...[`${uri}&sslrootcert=${ca}`, "-c", "SELECT pg_is_in_recovery()"],
        ],
        { env: { PGPASSWORD: rehearsal.secret<{ password: string }>(API_SECRET).password } },
      );
    const before = await members.primary();
    await before.run(patronictl("switchover", "--force", "timescaledb"));
    await members.waitUntilHealthy(MINUTE);
    assert.notEqual((await members.primary()).host.name, before.host.name);
    assert.deepEqual([await recovering(writer), await recovering(reader)], ["f\n", "t\n"]);
    rmSync(folder, { recursive: true });
  },
};

const BACKED_UP: Step = {
  title: "back up to the bucket, verify every file and restore from it",
  run: async (rehearsal) => {
    const members = await healthyMembers(rehearsal);
    const primary = await members.primary();
    await primary.run(["systemctl", "start", "timescaledb-backup@full.service"]);
    await primary.run(["systemctl", "start", "timescaledb-backup-check.service"]);
    const standby = members.machines.find((machine) => machine !== primary)!;
    for (const check of ["backup-verify", "restore-test"]) {
      await standby.run(["systemctl", "start", `timescaledb-${check}.service`]);
      assert.equal(await figure(standby, check, `${check.replace("-", "_")}_problems`), 0);
    }
    const seconds = await figure(standby, "restore-test", "restore_seconds");
    console.log(`      trial restore on the standby: ${seconds} s`);
  },
};

/** Seconds without an accepted write while a member changes. */
const CHANGE_SECONDS = 5;

const RESIZED: Step = {
  title: "take the settings of another size one after the other: the primary hands over first",
  run: async (rehearsal) => {
    const smaller = planOf(rehearsal.stack.stack, ["tier=t2", "overrides.neo4j.members=1"]);
    const { status, nodes, writeDowntimeSeconds, lostWrites, settings } = await resizePrimary(rehearsal, smaller);
    console.log(`      ${nodes[0]} changed in ${status.seconds} s, ${writeDowntimeSeconds} s without a write`);
    assert.deepEqual([status.phase, status.reason, lostWrites], ["serving", "", 0]);
    assert.ok(writeDowntimeSeconds <= CHANGE_SECONDS, `${writeDowntimeSeconds} s without an accepted write`);
    const [before, after] = [planOf("timescaledb-aws", []), smaller].map(({ spec }) => parameters(spec.timescaledb));
    // Memory is each member's own; a limit is the larger one of both until the last member has changed.
    assert.deepEqual(settings, {
      shared_buffers: [after!.shared_buffers, before!.shared_buffers],
      max_connections: [String(before!.max_connections), String(before!.max_connections)],
    });
    assert.equal((await (await TimescaleDbMembers.of(rehearsal)).primary()).host.name, nodes[1]);
  },
};

const [FAILOVER, RESTORE] = [timescaledbFailover, timescaledbRestore].map((drill): Step => ({
  title: `pass the drill ${drill.name}: ${drill.description}`,
  run: (rehearsal) => assertDrillPasses(drill, rehearsal),
})) as [Step, Step];

describe("TimescaleDB's nodes, booted on this machine", function () {
  this.timeout(20 * MINUTE);
  before(function () {
    onPath(this, "psql");
  });
  declareScenarios([
    scenario("aws", [], [SCHEMA, FAILOVER, FOUND, BACKED_UP, RESIZED]),
    scenario("gcp", ["cloud=gcp", "account=acme-ape-prod"], [BACKED_UP, RESTORE]),
  ]);
});

function scenario(title: string, settings: readonly string[], steps: readonly Step[]): Scenario {
  const stack = `timescaledb-${title}`;
  return { title, stack, steps, boot: () => boot(planOf(stack, settings), ["timescaledb", "api"]) };
}

function planOf(stack: string, settings: readonly string[]): StackPlan {
  return planStack({ ...planFrom("prod", settings).spec, stack });
}

/** The data nodes, once the standby replicates synchronously. */
async function healthyMembers(rehearsal: Rehearsal): Promise<TimescaleDbMembers> {
  const members = await TimescaleDbMembers.of(rehearsal);
  assert.notEqual(await members.waitUntilHealthy(4 * MINUTE), undefined, "the standby does not replicate");
  return members;
}

/** A figure that a check exports for monitoring. */
async function figure(machine: Machine, check: string, name: string): Promise<number> {
  const text = await machine.run(["cat", `/var/lib/ape/metrics/timescaledb-${check}.prom`]);
  return Number(new RegExp(`^ape_timescaledb_${name} (-?\\d+)$`, "m").exec(text)![1]);
}
