import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { machineType } from "../../components/model/machine-types";
import { CLOUDS } from "../../components/model/cloud";
import { AUTOSCALING, containerMemGiB, graphAndCacheCpus, TIER_NAMES, TIERS } from "../../stacks/tiers";

describe("the table of tiers", () => {
  it("matches the Scaling Strategy", () => {
    // Written out a second time on purpose: a slip in the table is caught here, and not in production.
    const row = (name: (typeof TIER_NAMES)[number]): unknown[] => {
      const { api, timescaledb, neo4j, redis, total, queriesPerHour } = TIERS[name];
      return [
        queriesPerHour.max,
        api.containers,
        api.workersPerContainer,
        timescaledb.memGiB,
        timescaledb.cpus,
        neo4j.heapGiB,
        neo4j.pageCacheGiB,
        redis.maxMemoryGiB,
        total.memGiB,
        total.cpus,
      ];
    };
    assert.deepEqual(TIER_NAMES.map(row), [
      [10, 1, 1, 0.5, 2, 1, 1, 0.125, 4, 4],
      [100, 2, 2, 2, 4, 2, 2, 0.5, 8, 8],
      [1000, 4, 4, 4, 8, 4, 4, 1, 16, 16],
      [undefined, 8, 4, 8, 16, 8, 8, 2, 32, 32],
    ]);
    assert.deepEqual(
      TIER_NAMES.slice(1).map((name) => TIERS[name].budgetUsd),
      [
        { aws: 150, gcp: 140 },
        { aws: 500, gcp: 480 },
        { aws: 2000, gcp: 1900 },
      ],
    );
    assert.deepEqual(AUTOSCALING, {
      minContainers: 2,
      maxContainers: 10,
      targetCpuPercent: 70,
      targetMemoryPercent: 80,
    });
  });

  it("names instance types that exist, and allows them", () => {
    for (const tier of TIER_NAMES.slice(1).map((name) => TIERS[name])) {
      for (const cloud of CLOUDS) {
        const type = machineType(cloud, tier.namedInstance![cloud]);
        assert.ok(type !== undefined && tier.families[cloud].includes(type.family), `${tier.title} on ${cloud}`);
      }
    }
  });

  it("adds up to its totals", () => {
    assert.equal(containerMemGiB(), 0.75);
    for (const name of TIER_NAMES) {
      const { total, timescaledb, neo4j, redis, api } = TIERS[name];
      const cpus = graphAndCacheCpus(TIERS[name]);
      assert.equal(timescaledb.cpus + api.containers + cpus.neo4j + cpus.redis, total.cpus);
      assert.ok(
        timescaledb.memGiB +
          neo4j.heapGiB +
          neo4j.pageCacheGiB +
          redis.maxMemoryGiB +
          api.containers * containerMemGiB() <=
          total.memGiB,
      );
    }
  });

  it("is immutable", () => {
    assert.throws(() => ((TIERS.t1.timescaledb as { memGiB: number }).memGiB = 1), TypeError);
  });

  it("is the only place with its numbers", () => {
    const source = readFileSync("stacks/plan.ts", "utf8") + readFileSync("stacks/ape.ts", "utf8");
    assert.doesNotMatch(source, /\b(500|480|2000|1900|t3\.x?large|c5\.2xlarge)\b/);
  });
});
