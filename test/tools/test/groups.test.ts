import assert from "node:assert/strict";
import { grouped, groupedTests } from "../../../tools/test/groups";

describe("the groups of test files", () => {
  const file = (path: string, mark?: string): { path: string; text: string } => ({
    path,
    text: `${mark === undefined ? "" : `// Test group: ${mark}\n`}import assert from "node:assert/strict";\n`,
  });

  it("run in order, with the first and the last files of each where their marks say", () => {
    const files = [
      file("a"),
      file("b", "heavy, last"),
      file("c", "light, last"),
      file("d", "light"),
      file("e", "heavy"),
      file("f", "first"),
    ];
    assert.deepEqual(grouped(files), [
      { jobs: 3, files: ["f", "a"] },
      { jobs: 3, files: ["d", "c"] },
      { jobs: 2, files: ["e", "b"] },
    ]);
  });

  it("refuse a name that does not exist", () => {
    assert.throws(
      () => grouped([file("a", "quick")]),
      /^Error: a: no such test group: quick; allowed: first, ordinary/,
    );
  });

  it("contain every test file once, and start Redis' cluster and the releases last", () => {
    const [ordinary, light, heavy] = groupedTests().map(({ files }) => files);
    assert.equal(light!.at(-1), "test/rehearsal/redis-cluster.integration.test.ts");
    assert.deepEqual(heavy!.slice(-3), [
      "test/components/api/kubernetes/release.integration.test.ts",
      "test/engine/release.integration.test.ts",
      "test/engine/roll.integration.test.ts",
    ]);
    assert.ok(ordinary!.includes("test/tools/test/groups.test.ts"));
    assert.equal(new Set([...ordinary!, ...light!, ...heavy!]).size, ordinary!.length + light!.length + heavy!.length);
  });
});
