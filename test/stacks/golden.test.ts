import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GOLDEN } from "./golden";
import { readInventories, writeInventories, type Inventories } from "./inventories";

const FILES = readdirSync(GOLDEN).map((name) => ({
  title: name.replace(/\.txt$/, ""),
  text: readFileSync(join(GOLDEN, name), "utf8"),
}));

describe("the golden inventories", () => {
  FILES.forEach(({ title, text }) => {
    it(`are as the writer writes them: ${title}`, () => {
      assert.equal(writeInventories(title, readInventories(text)), text);
    });
  });

  it("change in at most eight files, one line each, for a new resource in every cell", () => {
    const added = "ape:new:Component::example";
    const changed = FILES.filter(({ title, text }) => {
      const inventories = [...readInventories(text)].map(([cell, lines]) => [cell, [...lines, added]] as const);
      const after = writeInventories(title, new Map(inventories));
      assert.deepEqual(
        after.split("\n").filter((line) => !text.split("\n").includes(line)),
        [added],
      );
      assert.equal(after.length, text.length + added.length + 1);
      return after !== text;
    });
    assert.ok(changed.length > 0 && changed.length <= 8, `${changed.length} files`);
  });
});

describe("inventories", () => {
  const inventories: Inventories = new Map([
    ["t1-dedicated-ha", ["a", "b", "c"]],
    ["t2-dedicated-ha", ["a", "b"]],
    ["t1-packed-ha", ["a", "b"]],
    ["t2-packed-ha", ["a"]],
  ]);

  it("have every line once, below the exact set of cells that have it", () => {
    assert.equal(
      writeInventories("aws-vm", inventories),
      [
        "# aws-vm",
        "",
        "## t1 t2: dedicated-ha packed-ha",
        "a",
        "",
        "## t1 t2: dedicated-ha; t1: packed-ha",
        "b",
        "",
        "## t1: dedicated-ha",
        "c",
        "",
      ].join("\n"),
    );
  });

  it("are read back whole", () => {
    const read = readInventories(writeInventories("aws-vm", inventories));
    assert.deepEqual([...read].sort(), [...inventories].sort());
  });
});
