import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { attempt } from "../rehearsal/system/process";

const CONFIG = join(__dirname, "../.dependency-cruiser.mjs");
const PROGRAM = join(__dirname, "../node_modules/.bin/depcruise");

/** Imports, each by a file that exists for it alone, and the rule that refuses it; undefined if it is allowed. */
const IMPORTS: readonly (readonly [from: string, to: string, rule?: string])[] = [
  ["index.ts", "stacks/x.ts"],
  ["index.ts", "components/model/x.ts", "direction:index"],
  ["stacks/a.ts", "index.ts", "direction:nothing-imports-index"],
  ["components/model/a.ts", "components/platform/x.ts", "direction:components/model"],
  ["components/platform/a.ts", "components/model/x.ts"],
  ["components/platform/b.ts", "components/node/x.ts", "direction:components/platform"],
  ["components/platform/c.ts", "components/platform/aws/x.ts", "direction:platform-aws"],
  ["components/platform/gcp/a.ts", "components/platform/aws/x.ts", "direction:platform-aws"],
  ["components/platform/aws/a.ts", "components/platform/gcp/x.ts", "direction:platform-gcp"],
  ["components/pki/a.ts", "components/node/x.ts", "direction:components/pki"],
  ["components/node/a.ts", "components/pki/x.ts"],
  ["components/node/b.ts", "components/redis/x.ts", "direction:components/node"],
  ["components/redis/a.ts", "components/node/x.ts"],
  ["components/redis/b.ts", "components/neo4j/x.ts", "direction:components/redis"],
  ["components/api/a.ts", "components/timescaledb/x.ts", "direction:components/api"],
  ["components/backups/a.ts", "stacks/x.ts", "direction:components/backups"],
  ["stacks/b.ts", "components/redis/x.ts"],
  ["stacks/c.ts", "cost/x.ts", "direction:stacks"],
  ["stacks/d.ts", "components/platform/aws/x.ts", "direction:platform-is-dynamic"],
  ["cost/a.ts", "policy/x.ts", "direction:cost"],
  ["policy/a.ts", "cost/x.ts"],
  ["policy/b.ts", "planning/x.ts", "direction:policy"],
  ["planning/a.ts", "rehearsal/x.ts", "direction:planning"],
  ["planning/b.ts", "tools/plan/x.ts", "direction:tools-are-last"],
  ["rehearsal/a.ts", "planning/x.ts"],
  ["rehearsal/b.ts", "test/x.ts", "direction:tests-are-last"],
  ["tools/plan/a.ts", "rehearsal/x.ts"],
  ["tools/plan/b.ts", "tools/docs/x.ts", "direction:tools"],
  ["tools/plan/c.ts", "test/x.ts", "direction:tests-are-last"],
  ["test/tools/a.ts", "tools/plan/x.ts"],
  ["test/stacks/a.ts", "tools/plan/x.ts", "direction:tools-are-last"],
  ["cost/circle/a.ts", "cost/circle/b.ts", "circle"],
];

describe("the direction of imports", function () {
  this.timeout(60_000);
  let folder: string;
  let found: Map<string, string[]>;

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { flag: "a" });
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "imports-"));
    cpSync(CONFIG, join(folder, ".dependency-cruiser.mjs"));
    write("tsconfig.json", "{}");
    for (const [from, to] of IMPORTS) {
      write(to, "export type X = 1;\n");
      const path = relative(dirname(from), to.replace(/\.ts$/, "")).replace(/^(?!\.)/, "./");
      write(from, `import type { X } from "${path}";\nexport type Y = X;\n`);
    }
    write("cost/circle/b.ts", 'import type { Y } from "./a";\nexport type Z = Y;\n');
    write("stacks/dynamic.ts", 'export const load = () => import("../components/platform/gcp/x");\n');
    const { stdout } = await attempt([PROGRAM, "--config", "--no-cache", "--output-type", "json", "."], {
      cwd: folder,
    });
    const { summary } = JSON.parse(stdout) as {
      summary: { violations: { from: string; to: string; rule: { name: string } }[] };
    };
    found = new Map();
    for (const { from, to, rule } of summary.violations) {
      found.set(`${from} ${to}`, [...(found.get(`${from} ${to}`) ?? []), rule.name]);
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [from, to, rule] of IMPORTS) {
    it(`${rule === undefined ? "allows" : "refuses"} ${from} -> ${to}`, () => {
      const rules = found.get(`${from} ${to}`) ?? [];
      assert.ok(
        rule === undefined ? rules.length === 0 : rules.includes(rule),
        `violates: ${rules.join() || "nothing"}`,
      );
    });
  }

  it("allows stacks/ to load a cloud's platform dynamically", () => {
    assert.equal(found.get("stacks/dynamic.ts components/platform/gcp/x.ts"), undefined);
  });
});
