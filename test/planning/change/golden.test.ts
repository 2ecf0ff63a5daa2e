import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLOUDS, type Cloud } from "../../../components/model/cloud";
import { changeDocument } from "../../../planning/change/change-document";
import { documentMarkdown } from "../../../planning/change/document";
import { drill, reported } from "./fixtures";

interface Case {
  /** Settings that the stack has before. */
  readonly base?: readonly string[];
  readonly change: readonly string[] | ((cloud: Cloud) => readonly string[]);
}

const IMAGES: Readonly<Record<Cloud, string>> = {
  aws: "ami-0123456789abcdef0",
  gcp: "projects/debian-cloud/global/images/debian-13-next",
};

/** Changes of the lines of README's table */
const CASES: Readonly<Record<string, Case>> = {
  "tier-t3-t4": { change: ["tier=t4"] },
  "placement-packed": { change: ["placement=packed"] },
  image: { change: (cloud) => [`image=${IMAGES[cloud]}`] },
  setting: { change: ["overrides.redis.maxMemoryGiB=1.1"] },
  "disk-grows": { change: ["overrides.timescaledb.diskGiB=200"] },
  "high-availability-on": { base: ["highAvailability=false"], change: ["highAvailability=true"] },
  "high-availability-off": { change: ["highAvailability=false"] },
  "api-image": { change: ["apiImage=registry.example.com/ape/api:1.1.0"] },
};

const DRILLS = [
  drill("redis-failover", "nodes restarted", { longestSecondsWithoutWrites: 1.2 }),
  drill("timescaledb-failover", "switchover", { longestSecondsWithoutWrites: 2 }),
  drill("neo4j-replace", "node lost, disk kept", { secondsWithoutAcceptedWrite: 30 }),
  drill("api", "new version", { failedWithoutRepetition: 0 }),
];

/** Facts of a change for reading; UPDATE_GOLDEN=1 writes the files. */
describe("the facts of a change", function () {
  this.timeout(60_000);

  for (const cloud of CLOUDS) {
    for (const [name, { base = [], change }] of Object.entries(CASES)) {
      it(`${name} on ${cloud}`, async () => {
        const settings = typeof change === "function" ? change(cloud) : change;
        const facts = await reported("prod", [`cloud=${cloud}`, ...base], settings, DRILLS);
        const markdown = documentMarkdown(changeDocument({ ...facts, checks: [] }));
        const file = join(__dirname, "golden", `${name}-${cloud}.md`);
        if (process.env.UPDATE_GOLDEN !== undefined) {
          writeFileSync(file, markdown);
        }
        assert.equal(markdown, existsSync(file) ? readFileSync(file, "utf8") : "", `UPDATE_GOLDEN=1 writes ${file}`);
      });
    }
  }
});
