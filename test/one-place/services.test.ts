import assert from "node:assert/strict";
import ts from "typescript";
import { DATA_SERVICES, SERVICES } from "../../components/model/role";
import { findNodes, SOURCE_FOLDERS, typescriptFiles } from "../support/sources";

const LIST = "components/model/role.ts";

/** A separate program without code of the deployment: it stands for the user's API. */
const APART = "rehearsal/reference-api/";

/** A list that spells out every data service, with or without the API. */
function listsServices(node: ts.Node): boolean {
  if (!ts.isArrayLiteralExpression(node)) {
    return false;
  }
  const names = node.elements.map((each) => (ts.isStringLiteralLike(each) ? each.text : ""));
  return (
    DATA_SERVICES.every((service) => names.includes(service)) &&
    names.every((name) => (SERVICES as readonly string[]).includes(name))
  );
}

describe("one place for services", () => {
  it(`lists the data services in ${LIST} only`, () => {
    const files = typescriptFiles([...SOURCE_FOLDERS, "test"]).filter((path) => !path.startsWith(APART));
    const found = files.flatMap((path) => findNodes(path, listsServices));
    assert.deepEqual(
      found.filter((place) => !place.startsWith(`${LIST}:`)),
      [],
    );
    assert.equal(found.length, 1, "the list itself is found");
  });
});
