import assert from "node:assert/strict";
import { backupChecks, newestBackups } from "../../../planning/change/backup-checks";
import type { Check } from "../../../planning/change/check";
import { drillChecks } from "../../../planning/change/drill-checks";
import { drill, MemoryStore, NOW, planned } from "./fixtures";

const KEYS = {
  timescaledb: "timescaledb/backup/main/backup.history/2026/20261127-020000F_20261128-110000I.manifest.gz",
  neo4j: "neo4j/online/neo4j-2026-11-28T11-30-00.backup",
  redis: "redis/2026-11-28T11-00-00Z-redis-2.rdb",
};

describe("the age of backups", function () {
  this.timeout(60_000);

  async function results(keys: readonly string[], settings: readonly string[] = []): Promise<Record<string, Check>> {
    const { plan } = await planned("prod", settings);
    const store = new MemoryStore();
    keys.forEach((key) => store.objects.set(key, ""));
    const checks = backupChecks({ value: await newestBackups(store, plan) }, plan, NOW);
    return Object.fromEntries(checks.map((each) => [each.id.replace("backup-", ""), each]));
  }

  it("is read from their names", async () => {
    const found = await results(Object.values(KEYS));
    assert.deepEqual(
      Object.values(found).map(({ result, evidence }) => `${result}: ${evidence}`),
      [
        "pass: 1 h old (2026-11-28T11:00:00Z)",
        "pass: 30 min old (2026-11-28T11:30:00Z)",
        "pass: 1 h old (2026-11-28T11:00:00Z)",
      ],
    );
  });

  it("fails when the newest is too old, and names the command that takes one", async () => {
    const { redis } = await results([KEYS.redis.replace("T11", "T09"), KEYS.redis.replace("T11", "T08")]);
    assert.deepEqual([redis!.result, redis!.evidence], ["fail", "3 h old (2026-11-28T09:00:00Z); at most 2 h"]);
    assert.match(redis!.remedy, /`ape-redis-backup --any`/);
  });

  it("counts complete backups only", async () => {
    const partly = ["neo4j/neo4j-1/2026-11-28T02-30-00Z/neo4j.dump.000"];
    const community = ["neo4jEdition=community", "overrides.neo4j.members=1"];
    assert.equal((await results(partly, community)).neo4j!.result, "fail");
    const whole = [...partly, "neo4j/neo4j-1/2026-11-28T02-30-00Z/manifest"];
    assert.equal((await results(whole, community)).neo4j!.result, "pass");
  });

  it("is that of the oldest shard", async () => {
    const shards = ["tier=t4", "timescaledbShards=2"];
    assert.match((await results([KEYS.timescaledb], shards)).timescaledb!.evidence, /no complete backup in .*shard-2/);
    const second = KEYS.timescaledb.replace("timescaledb/", "timescaledb/shard-2/").replace("-110000I", "-103000I");
    const { evidence } = (await results([KEYS.timescaledb, second], shards)).timescaledb!;
    assert.match(evidence, /2026-11-28T10:30:00Z/);
  });
});

describe("tested restores", () => {
  const of = (...drills: Parameters<typeof drillChecks>[0]): Record<string, string> =>
    Object.fromEntries(drillChecks(drills, NOW).map(({ id, result }) => [id, result]));

  it("pass when a recent drill passed, are unknown without one", () => {
    assert.deepEqual(of(drill("redis-restore", "restore", {})), {
      rehearsed: "unknown",
      "restore-timescaledb": "unknown",
      "restore-neo4j": "unknown",
      "restore-redis": "pass",
    });
  });

  it("fail when the last drill failed or is too old", () => {
    const passed = drill("redis-restore", "restore", {});
    assert.equal(of({ ...passed, passed: false }, passed)["restore-redis"], "fail");
    assert.equal(of({ ...passed, at: "2026-11-19T00:00:00Z" })["restore-redis"], "fail");
  });
});
