import assert from "node:assert/strict";
import ts from "typescript";
import { TIER_NAMES } from "../../stacks/tiers";
import { findNodes, SOURCE_FOLDERS, typescriptFiles } from "../support/sources";

const TABLE = "stacks/tiers.ts";
const NAMES: ReadonlySet<string> = new Set(TIER_NAMES);

/** A tier's name as a string, as a key ("t4: ...") or as a property (".t4"). */
function namesTier(node: ts.Node): boolean {
  return (
    (ts.isStringLiteralLike(node) && NAMES.has(node.text)) ||
    (ts.isPropertyAccessExpression(node) && NAMES.has(node.name.text)) ||
    (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && NAMES.has(node.name.text))
  );
}

describe("one place for tiers", () => {
  it(`names a tier in ${TABLE} only: everything else reads the tier's properties`, () => {
    const files = ["index.ts", ...typescriptFiles(SOURCE_FOLDERS)].filter((path) => path !== TABLE);
    assert.deepEqual(
      files.flatMap((path) => findNodes(path, namesTier)),
      [],
    );
  });

  it("finds the names in the table itself", () => {
    assert.equal(findNodes(TABLE, namesTier).length >= 2 * TIER_NAMES.length, true);
  });
});
