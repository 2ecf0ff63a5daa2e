import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDrills, type StoredDrill } from "../../../planning/change/drill-records";
import type { Outage } from "../../../planning/change/outage";
import { drill, reported } from "./fixtures";

const FAILOVER = drill("redis-failover", "nodes restarted", { longestSecondsWithoutWrites: 1.2 });

async function outageOf(service: string, change: string, drills: Parameters<typeof reported>[3]): Promise<Outage> {
  const { outages } = await reported("prod", [], [change], drills);
  return outages.find((each) => each.service === service)!;
}

describe("the interruption to expect", function () {
  this.timeout(60_000);

  it("is none for a service that is not touched", async () => {
    const { expected, touched } = await outageOf("neo4j", "overrides.redis.maxMemoryGiB=1.1", []);
    assert.deepEqual([expected, touched], [0, 0]);
  });

  it("is unknown without a drill, and says how to measure it", async () => {
    const { expected, touched, source } = await outageOf("redis", "tier=t4", []);
    assert.deepEqual([expected, touched], [null, 3]);
    assert.match(source, /npm run drill -- change/);
  });

  it("is the figure of the drill of changes, the largest of the scenarios like it, before that of another drill", async () => {
    const change: StoredDrill = {
      ...FAILOVER,
      drill: "change",
      scenarios: [
        { scenario: "T2 to T3", measured: { redisSecondsWithoutWrites: 1.5, redisAcknowledged: 900 } },
        { scenario: "T3 to T2", measured: { redisSecondsWithoutWrites: 2.5, neo4jSecondsWithoutWrites: 40 } },
        { scenario: "new boot image", measured: { redisSecondsWithoutWrites: 2.9 } },
      ],
    };
    const { expected, source } = await outageOf("redis", "tier=t4", [FAILOVER, change]);
    assert.equal(expected, 2.5);
    assert.match(source, /^drill change on aws, 2026-11-28$/);
    assert.equal((await outageOf("redis", "image=ami-0123456789abcdef0", [FAILOVER, change])).expected, 2.9);
    // It drills a single Neo4j server, which says nothing about a cluster.
    assert.equal((await outageOf("neo4j", "tier=t4", [change])).expected, null);
    assert.equal((await outageOf("redis", "tier=t4", [FAILOVER])).expected, 1.2);
  });

  it("is not taken from a drill that failed", async () => {
    assert.equal((await outageOf("redis", "tier=t4", [{ ...FAILOVER, passed: false }])).expected, null);
  });

  it("reads stored drills, newest first, and nothing else", () => {
    const folder = mkdtempSync(join(tmpdir(), "ape-drills-"));
    try {
      const older = { ...FAILOVER, at: "2026-01-01T00:00:00Z" };
      writeFileSync(join(folder, "a.json"), JSON.stringify(older));
      writeFileSync(join(folder, "b.json"), JSON.stringify(FAILOVER));
      writeFileSync(join(folder, "c.json"), JSON.stringify({ other: true }));
      assert.deepEqual(readDrills([folder, join(folder, "none")]), [FAILOVER, older]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
