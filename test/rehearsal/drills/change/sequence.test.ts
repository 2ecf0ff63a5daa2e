import assert from "node:assert/strict";
import { planFrom } from "../../../../planning/plan";
import { withBootstrap } from "../../../../rehearsal/drills/orders";
import { sequenceOf } from "../../../../rehearsal/drills/change/sequence";
import type { LocalStack } from "../../../../rehearsal/stack/local-stack";
import { localStack } from "../../../../rehearsal/stack/plan";
import { CLOUDS } from "../../../../components/model/cloud";

const BASE = ["tier=t2", "zones=3", "highAvailability=true", "neo4jEdition=community", "overrides.neo4j.members=1"];
const ON = {
  aws: { settings: [], image: "ami-00000000000000001" },
  gcp: { settings: ["cloud=gcp", "account=acme-ape-prod"], image: "projects/debian-cloud/global/images/other" },
};

describe("the sequence of a change", () => {
  for (const cloud of CLOUDS) {
    const planned = new Map<string, Promise<LocalStack>>();
    const stack = (...settings: readonly string[]): Promise<LocalStack> => {
      const known =
        planned.get(settings.join()) ??
        localStack(planFrom("prod", [...BASE, ...ON[cloud].settings, ...settings]), "seed");
      planned.set(settings.join(), known);
      return known;
    };
    /** For example "redis-3: resize". */
    const changes = (from: LocalStack, to: LocalStack): string[] =>
      sequenceOf(from, to).changes.map(({ node, touch, moved }) =>
        [`${node}: ${touch}`, ...moved.map((each) => each.from).sort()].join(" "),
      );

    describe(cloud, () => {
      it("is empty if nothing changes", async () => {
        assert.deepEqual(sequenceOf(await stack(), await stack()), { changes: [], removed: [] });
      });

      it("stops and starts the machines that another tier resizes, the highest number of each service first", async () => {
        assert.deepEqual(changes(await stack(), await stack("tier=t3")), [
          "timescaledb-2: resize",
          "timescaledb-1: resize",
          "neo4j-1: resize",
          "redis-3: resize",
          "redis-2: resize",
          "redis-1: resize",
        ]);
      });

      it("leaves machines alone if only a setting changes", async () => {
        const [before, after] = [await stack(), await stack("overrides.redis.maxMemoryGiB=0.45")];
        assert.deepEqual(changes(before, after), ["redis-3: order", "redis-2: order", "redis-1: order"]);
        assert.deepEqual(
          changes(
            before,
            withBootstrap(before, "redis-2", (script) => `${script}#`),
          ),
          ["redis-2: order"],
        );
      });

      it("replaces machines with another image", async () => {
        const all = changes(await stack(), await stack(`image=${ON[cloud].image}`));
        assert.equal(all.length, 7);
        assert.ok(
          all.every((each) => each.endsWith(": replace")),
          all.join(),
        );
      });

      it("moves disks to new nodes and deletes the old ones at the end, both ways", async () => {
        const [dedicated, packed] = [await stack(), await stack("placement=packed")];
        const { removed } = sequenceOf(dedicated, packed);
        assert.deepEqual(changes(dedicated, packed), [
          "node-3: create redis-3 timescaledb-3",
          "node-2: create redis-2 timescaledb-2",
          "node-1: create neo4j-1 redis-1 timescaledb-1",
        ]);
        assert.equal(removed.length, 7);
        assert.deepEqual(changes(packed, dedicated), [
          "timescaledb-3: create node-3",
          "timescaledb-2: create node-2",
          "timescaledb-1: create node-1",
          "neo4j-1: create node-1",
          "redis-3: create node-3",
          "redis-2: create node-2",
          "redis-1: create node-1",
        ]);
        assert.deepEqual(sequenceOf(packed, dedicated).removed, ["node-3", "node-2", "node-1"]);
      });
    });
  }
});
