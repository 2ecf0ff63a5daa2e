import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NEEDS_RESTART, parameters } from "../../../components/timescaledb/postgresql";
import { API_SECRET } from "../../../components/timescaledb/secrets";
import { planStack, type StackPlan } from "../../../stacks/plan";
import type { Drill } from "../../../tools/drills/drill";
import { report } from "../../../tools/drills/report";
import { runDrill } from "../../../tools/drills/run";
import { timescaledbFailover } from "../../../tools/drills/timescaledb/failover";
import { ask, execute, patronictl, TimescaleDbMembers } from "../../../tools/drills/timescaledb/members";
import { timescaledbRestore } from "../../../tools/drills/timescaledb/restore";
import { planFrom } from "../../../tools/plan/plan";
import type { Machine } from "../../../tools/rehearsal/machine";
import { Rehearsal, takeDown } from "../../../tools/rehearsal/rehearsal";
import { hostNamespace } from "../../../tools/rehearsal/network";
import { run } from "../../../tools/rehearsal/shell";
import { onPath } from "../../support/programs";
import { canBoot } from "../../support/rehearsal";

/** Both boot at once; the second waits while the first is tried. */
const STACKS = {
  "timescaledb-aws": { settings: [], services: ["timescaledb", "api"] },
  "timescaledb-gcp": { settings: ["cloud=gcp", "account=acme-ape-prod"], services: ["timescaledb"] },
} as const;
type StackName = keyof typeof STACKS;
const MINUTE = 60_000;
const PLAIN = { bold: (text: string) => text, dim: (text: string) => text };

describe("TimescaleDB's nodes, booted on this machine", function () {
  this.timeout(15 * MINUTE);
  let rehearsal: Rehearsal;
  let members: TimescaleDbMembers;

  const booting = new Map<StackName, Promise<Rehearsal>>();

  before(function () {
    const names = Object.keys(STACKS) as StackName[];
    names.forEach((name) => canBoot(this, name));
    for (const name of names) {
      const booted = boot(name);
      booted.catch(() => undefined); // met where it is waited for
      booting.set(name, booted);
    }
  });
  after(async () => {
    await Promise.allSettled(booting.values());
    await Promise.all([...booting.keys()].map((name) => takeDown(name)));
  });

  const settled = (name: StackName) => async (): Promise<void> => {
    rehearsal = await booting.get(name)!;
    members = await TimescaleDbMembers.of(rehearsal);
    assert.notEqual(await members.settled(4 * MINUTE), undefined, "the standby does not follow");
  };

  describe("aws", () => {
    before(settled("timescaledb-aws"));
    const stack = "timescaledb-aws";

    it("have the schema, and both data nodes the same settings, in force", async () => {
      const primary = await members.primary();
      assert.equal(
        await execute(primary, "SELECT string_agg(change, ' ' ORDER BY committed_at) FROM sqitch.changes"),
        "market_data market_data_access market_data_checks",
      );
      const ours = await ask(
        primary,
        `SELECT string_agg(name, ' ' ORDER BY name) FROM pg_settings WHERE context = 'postmaster' AND name IN (${Object.keys(
          parameters(planOf(stack).spec.timescaledb),
        )
          .map((name) => `'${name}'`)
          .join(", ")})`,
      );
      const known = Object.keys(parameters(planOf(stack).spec.timescaledb)).filter((name) =>
        NEEDS_RESTART.includes(name),
      );
      assert.equal(ours, known.sort().join(" "), "settings that take a restart");
      const settings = await Promise.all(
        members.machines.map((machine) =>
          ask(machine, "SELECT name, setting FROM pg_settings WHERE context = 'postmaster' ORDER BY name"),
        ),
      );
      assert.equal(settings[0], settings[1]);
      for (const machine of members.machines) {
        assert.equal(await ask(machine, "SELECT count(*) FROM pg_settings WHERE pending_restart"), "0");
      }
    });

    for (const drill of [timescaledbFailover, timescaledbRestore]) {
      it(`hold in the drill ${drill.name}: ${drill.description}`, () => holds(drill));
    }

    it("are found by libpq's own URIs after they changed places", async function () {
      onPath(this, "psql");
      const { writer, reader } = planOf(stack).endpoints.timescaledb;
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
      await members.settled(MINUTE);
      assert.notEqual((await members.primary()).host.name, before.host.name);
      assert.deepEqual([await recovering(writer), await recovering(reader)], ["f\n", "t\n"]);
      rmSync(folder, { recursive: true });
    });

    async function holds(drill: Drill): Promise<void> {
      const record = await runDrill(drill, rehearsal, () => undefined);
      console.log(report(record, PLAIN).replace(/^/gm, "      "));
      assert.deepEqual(
        record.scenarios.flatMap(({ scenario, violations }) => violations.map((each) => `${scenario}: ${each}`)),
        [],
      );
    }
  });

  describe("gcp", () => {
    before(settled("timescaledb-gcp"));

    it("back up to the bucket, find every file there sound, and restore from it", async () => {
      const primary = await members.primary();
      await primary.run(["systemctl", "start", "timescaledb-backup@full.service"]);
      await primary.run(["systemctl", "start", "timescaledb-backup-check.service"]);
      const standby = members.machines.find((machine) => machine !== primary)!;
      for (const check of ["backup-verify", "restore-test"]) {
        await standby.run(["systemctl", "start", `timescaledb-${check}.service`]);
        assert.equal(await figure(standby, check, `${check.replace("-", "_")}_problems`), 0);
      }
      const seconds = await figure(standby, "restore-test", "restore_seconds");
      console.log(`      a restore, tried on the standby: ${seconds} s`);
    });
  });
});

function planOf(name: StackName): StackPlan {
  return planStack({ ...planFrom("prod", STACKS[name].settings).spec, stack: name });
}

async function boot(name: StackName): Promise<Rehearsal> {
  const rehearsal = await Rehearsal.prepare(planOf(name), STACKS[name].services, () => undefined);
  await Promise.all(rehearsal.machines.map((machine) => rehearsal.launch(machine)));
  for (const machine of rehearsal.machines) {
    const { state, reason, bootSeconds } = await machine.settled(10 * MINUTE);
    assert.equal(state, "serving", `${machine.host.name}: ${reason ?? "does not serve"}`);
    console.log(`      ${name}: ${machine.host.name} served ${bootSeconds!.toFixed(1)} s after power on`);
  }
  return rehearsal;
}

/** A figure that a check left for the monitoring. */
async function figure(machine: Machine, check: string, name: string): Promise<number> {
  const text = await machine.run(["cat", `/var/lib/ape/metrics/timescaledb-${check}.prom`]);
  return Number(new RegExp(`^ape_timescaledb_${name} (-?\\d+)$`, "m").exec(text)![1]);
}
