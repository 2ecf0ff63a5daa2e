import { setTimeout as sleep } from "node:timers/promises";
import { BACKUP_PREFIX } from "../../../components/timescaledb/pgbackrest";
import { APP_USER } from "../../../components/timescaledb/secrets";
import { RESTORE_SCRIPT } from "../../../components/timescaledb/restore";
import type { Machine } from "../../machine/machine";
import type { Rehearsal } from "../../rehearsal";
import { waitForWrite } from "../client";
import { expect, type Drill, type ScenarioResult } from "../drill";
import { Writer } from "./client";
import { execute, TimescaleDbMembers } from "./members";

/** Allowed loss in seconds of acknowledged writes when both data nodes are lost: archive_timeout of 60 s plus the upload. */
const RPO_SECONDS = 120;
/** Allowed recovery time in seconds. The Scaling Strategy allows an hour, for more data. */
const RTO_SECONDS = 900;
/** Prices loaded: minutes per symbol. */
const SYMBOLS = 20;
const MINUTES = 3000;
const SETTLE_MS = 240_000;
/** Milliseconds after which WAL is archived: longer than archive_timeout. */
const ARCHIVED_MS = 70_000;

const CHECKSUM = `SELECT count(*) || ' ' || md5(string_agg(p::text, ',' ORDER BY symbol, "timestamp")) FROM market_data_ohlcv p`;

export const timescaledbRestore: Drill = {
  name: "timescaledb-restore",
  description:
    "drops a table, destroys both data nodes with their disks, and restores from the bucket; then damages a backup",
  services: ["timescaledb", "api"],
  async run(rehearsal, progress) {
    const members = await TimescaleDbMembers.of(rehearsal);
    await members.waitUntilHealthy(SETTLE_MS);
    const primary = await members.primary();
    progress("loading prices and backing up");
    await load(primary);
    const before = await execute(primary, CHECKSUM);
    await primary.run(["systemctl", "start", "timescaledb-backup@full.service"]);

    progress("dropping the prices");
    const api = rehearsal.machines.find(({ host }) => host.services.includes("api"))!;
    const writer = Writer.start(rehearsal, api.host.zone, `${process.pid}-restore`);
    await waitForWrite(writer, Date.now(), SETTLE_MS);
    const moment = await execute(primary, "SELECT now()");
    await sleep(1000);
    await execute(primary, "DROP TABLE market_data_ohlcv");
    await sleep(ARCHIVED_MS);

    progress("destroying both data nodes and their disks");
    const lostAt = Date.now();
    await Promise.all(members.machines.map((machine) => rehearsal.destroy(machine)));
    await writer.stop();
    const last = writer.acknowledged.at(-1)!.at;
    progress("creating new nodes");
    await resetEtcd(rehearsal, members);
    await Promise.all(members.machines.map((machine) => rehearsal.launch(machine)));
    await Promise.all(members.machines.map((machine) => machine.waitUntilServing()));
    const newestSeconds = (Date.now() - lostAt) / 1000;
    const restored = await members.primary();
    const rows = Number(
      await execute(restored, `SELECT max(number) FROM drill_writes WHERE run = '${writer.args.run}'`),
    );
    const restoredUntil = writer.acknowledged.find(({ number }) => number === rows)?.at ?? 0;
    const rpo = (last - restoredUntil) / 1000;

    progress(`restoring the state of ${moment}`);
    const began = Date.now();
    await restored.run([RESTORE_SCRIPT, "--to", moment]);
    const pointInTimeSeconds = (Date.now() - began) / 1000;
    const after = await execute(restored, CHECKSUM);
    const rejoined = await members.waitUntilHealthy(SETTLE_MS);
    const damaged = await damage(rehearsal, members);
    return {
      scenarios: [
        {
          scenario: "table dropped, both data nodes lost",
          measured: {
            rows: before.split(" ")[0]!,
            rowsRestored: after.split(" ")[0]!,
            checksumsEqual: before === after,
            rpoSecondsOfAcknowledgedRows: rpo,
            rtoSecondsToNewestState: newestSeconds,
            secondsToPointInTime: pointInTimeSeconds,
            rtoSeconds: newestSeconds + pointInTimeSeconds,
            standbyRejoinedSeconds: rejoined ?? "never",
          },
          violations: [
            ...expect(before === after, `the prices differ: ${before} before, ${after} after`),
            ...expect(rpo <= RPO_SECONDS, `${rpo} s of acknowledged rows were lost; at most ${RPO_SECONDS} s`),
            ...expect(
              newestSeconds + pointInTimeSeconds <= RTO_SECONDS,
              `recovery took ${newestSeconds + pointInTimeSeconds} s; at most ${RTO_SECONDS} s`,
            ),
            ...expect(rejoined !== undefined, "the standby did not rejoin"),
          ],
        },
        damaged,
      ],
    };
  },
};

/** Loads deterministic prices and creates the writer's table. */
async function load(primary: Machine): Promise<void> {
  await execute(
    primary,
    `CREATE TABLE IF NOT EXISTS drill_writes (run text, number bigint, PRIMARY KEY (run, number));
     GRANT SELECT, INSERT ON drill_writes TO ${APP_USER};
     INSERT INTO market_data_ohlcv
     SELECT 'S' || s, timestamptz '2026-01-01 00:00:00+00' + m * interval '1 minute', 100 + sin(m * s), 102 + sin(m * s),
            98 + sin(m * s), 100 + sin(m * s), m
       FROM generate_series(1, ${SYMBOLS}) s, generate_series(1, ${MINUTES}) m`,
  );
}

/** Resets etcd on the witness: etcd lost its majority with both data nodes. */
async function resetEtcd(rehearsal: Rehearsal, { machines }: TimescaleDbMembers): Promise<void> {
  const witness = rehearsal.machines.find(
    (machine) => machine.host.services.includes("timescaledb") && !machines.includes(machine),
  )!;
  await witness.run(["ape-etcd-reset", "--majority-is-lost"]);
}

/** Damages a backup file in the bucket and checks that the verification reports it. */
async function damage(rehearsal: Rehearsal, members: TimescaleDbMembers): Promise<ScenarioResult> {
  const intact = await verify(members);
  const { storage } = rehearsal;
  const bucket = rehearsal.bucket("backups");
  const keys = await storage.list(bucket, `${BACKUP_PREFIX}backup/main/`);
  const file = keys.find((key) => /F\/bundle\/\d+$/.test(key))!;
  const content = await storage.get(bucket, file);
  content[Math.floor(content.length / 2)]! ^= 0xff;
  await storage.put(bucket, file, content);
  const problems = await verify(members);
  const [, backup] = /\/main\/([^/]+)\//.exec(file)!;
  return {
    scenario: "a backup damaged in the bucket",
    measured: { file, noticed: problems.length > 0, said: problems.slice(0, 3).join("; ") },
    violations: [
      ...expect(intact.length === 0, `intact backups are reported as damaged: ${intact.join("; ")}`),
      ...expect(
        problems.some((problem) => problem.includes(backup!)),
        `the damage of ${file} was not reported`,
      ),
    ],
  };
}

/** Problems that the weekly backup verification reports. */
async function verify({ machines }: TimescaleDbMembers): Promise<string[]> {
  const outputs = await Promise.all(
    machines.map(async (machine) => {
      const { stdout, stderr } = await machine.attempt([
        "runuser",
        "-u",
        "postgres",
        "--",
        "/usr/local/lib/ape/timescaledb-backup-verify",
      ]);
      return `${stdout}\n${stderr}`;
    }),
  );
  return outputs.flatMap((text) => text.split("\n").filter((line) => line.startsWith("PROBLEM:")));
}
