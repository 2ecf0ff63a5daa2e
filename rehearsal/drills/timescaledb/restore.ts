import { setTimeout as sleep } from "node:timers/promises";
import { BACKUP_PREFIX } from "../../../components/timescaledb/pgbackrest";
import { APP_USER } from "../../../components/timescaledb/secrets";
import { RESTORE_SCRIPT } from "../../../components/timescaledb/restore";
import type { Machine } from "../../machine/machine";
import type { Rehearsal } from "../../rehearsal";
import { waitForWrite } from "../client";
import { expect, type Drill, type Scenario } from "../drill";
import { Writer } from "./client";
import { execute, TimescaleDbMembers } from "./members";

/** Seconds of acknowledged writes that the loss of both data nodes may cost: a minute until WAL leaves, and its way. */
const RPO_SECONDS = 120;
/** Seconds until the database is back; the Scaling Strategy allows an hour, for more data than these. */
const RTO_SECONDS = 900;
/** Prices that are loaded: symbols by minutes. */
const SYMBOLS = 20;
const MINUTES = 3000;
const SETTLE_MS = 240_000;
/** Longer than WAL waits before it leaves. */
const ARCHIVED_MS = 70_000;

const CHECKSUM = `SELECT count(*) || ' ' || md5(string_agg(p::text, ',' ORDER BY symbol, "timestamp")) FROM market_data_ohlcv p`;

export const timescaledbRestore: Drill = {
  name: "timescaledb-restore",
  description:
    "a table is dropped, then both data nodes and their disks are lost; all of it comes back from the bucket",
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
    progress("making new nodes");
    await resetEtcd(rehearsal, members);
    await Promise.all(members.machines.map((machine) => rehearsal.launch(machine)));
    await Promise.all(members.machines.map((machine) => machine.waitUntilServing()));
    const newestSeconds = (Date.now() - lostAt) / 1000;
    const restored = await members.primary();
    const rows = Number(
      await execute(restored, `SELECT max(number) FROM drill_writes WHERE run = '${writer.args.run}'`),
    );
    const kept = writer.acknowledged.find(({ number }) => number === rows)?.at ?? 0;
    const rpo = (last - kept) / 1000;

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
            ...expect(rpo <= RPO_SECONDS, `${rpo} s of acknowledged rows are lost; at most ${RPO_SECONDS}`),
            ...expect(
              newestSeconds + pointInTimeSeconds <= RTO_SECONDS,
              `it took ${newestSeconds + pointInTimeSeconds} s; at most ${RTO_SECONDS}`,
            ),
            ...expect(rejoined !== undefined, "the standby did not find its place"),
          ],
        },
        damaged,
      ],
    };
  },
};

/** Fills the prices with a walk that is the same each time, and makes room for the writer's rows. */
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

/** With both data nodes' disks etcd has lost its majority: whoever has its state left is told so. */
async function resetEtcd(rehearsal: Rehearsal, { machines }: TimescaleDbMembers): Promise<void> {
  const witness = rehearsal.machines.find(
    (machine) => machine.host.services.includes("timescaledb") && !machines.includes(machine),
  )!;
  await witness.run(["ape-etcd-reset", "--majority-is-lost"]);
}

/** Damages a file of a backup in the bucket, and looks whether the checks name it. */
async function damage(rehearsal: Rehearsal, members: TimescaleDbMembers): Promise<Scenario> {
  const sound = await verify(members);
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
      ...expect(sound.length === 0, `sound backups are called damaged: ${sound.join("; ")}`),
      ...expect(
        problems.some((problem) => problem.includes(backup!)),
        `nobody says that ${file} is damaged`,
      ),
    ],
  };
}

/** What the weekly check of all files says on the node whose turn it is. */
async function verify({ machines }: TimescaleDbMembers): Promise<string[]> {
  const said = await Promise.all(
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
  return said.flatMap((text) => text.split("\n").filter((line) => line.startsWith("PROBLEM:")));
}
