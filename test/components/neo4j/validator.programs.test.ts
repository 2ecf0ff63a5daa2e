import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { neo4jConfiguration } from "../../../components/neo4j/configuration";
import type { Placed } from "../../../components/node/role";
import { TIER_NAMES, TIERS } from "../../../stacks/tiers";
import { CLUSTER, placed, settings, SINGLE } from "./fixtures";
import { neo4jAdmin, neo4jHome } from "./home";

describe("neo4j.conf before Neo4j's own validator", function () {
  this.timeout(240_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "ape-neo4j-"))));
  after(() => rmSync(folder, { recursive: true }));

  const validate = (home: string, conf: string): { status: number | null; output: string } => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "neo4j.conf"), conf);
    return neo4jAdmin(home, folder, ["server", "validate-config"]);
  };

  for (const tier of TIER_NAMES) {
    const { heapGiB, pageCacheGiB } = TIERS[tier].neo4j;

    it(`Community, ${tier}: accepted, strictly`, function () {
      const home = neo4jHome(this);
      if (home === undefined) return;
      const args = { ...SINGLE, heapGiB, pageCacheGiB };
      const [self] = placed(args) as [Placed];
      const { status, output } = validate(
        home,
        neo4jConfiguration({ ...args, version: "5.26", self, members: [self] }),
      );
      assert.equal(status, 0, output);
    });

    for (const members of [1, 3] as const) {
      it(`Enterprise, ${tier}, ${members} members: only settings that its manual knows, and Community's strictly`, function () {
        const home = neo4jHome(this);
        if (home === undefined) return;
        // The Community jars don't know Enterprise settings: those are held against the manual's list instead.
        const known = new Set(readFileSync(join(__dirname, "neo4j-enterprise-settings-5.26.txt"), "utf8").split("\n"));
        const args = { ...CLUSTER, members, heapGiB, pageCacheGiB };
        const all = placed(args);
        const lines = neo4jConfiguration({ ...args, version: "5.26", self: all[0]!, members: all }).split("\n");
        settings(lines.join("\n"));
        const ours = lines.filter((line) => !known.has(line.split("=")[0]!));
        const { status, output } = validate(home, ours.join("\n"));
        assert.equal(status, 0, output);
        assert.ok(lines.length - ours.length >= 8);
      });
    }
  }
});
