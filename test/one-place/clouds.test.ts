import assert from "node:assert/strict";
import ts from "typescript";
import { CLOUDS } from "../../components/model/cloud";
import { findNodes, SOURCE_FOLDERS, typescriptFiles } from "../support/sources";

const NAMES: ReadonlySet<string> = new Set(CLOUDS);

/** Files about one cloud: they may name it. */
const ABOUT_ONE = [/^components\/platform\/(aws|gcp)\//, /^rehearsal\/(.*\/)?(aws|gcp)[^/]*(\/|\.ts$)/];

/** Files that name the clouds one by one, each with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "tools/images/index.ts": "the pins have another shape on each cloud: by region on AWS, a global one on Google Cloud",
};

const COMPARISONS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
]);

function isCloud(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) && NAMES.has(node.text);
}

/** `cloud === "aws"`: the branch for the others silently takes in a third cloud. */
function comparesCloud(node: ts.Node): boolean {
  return (
    ts.isBinaryExpression(node) &&
    COMPARISONS.has(node.operatorToken.kind) &&
    (isCloud(node.left) || isCloud(node.right))
  );
}

/** `type.startsWith("aws:")`: the same for resource types. */
function comparesPrefix(node: ts.Node): boolean {
  const [prefix] = ts.isCallExpression(node) ? node.arguments : [];
  return prefix !== undefined && ts.isStringLiteralLike(prefix) && CLOUDS.some((cloud) => prefix.text === `${cloud}:`);
}

/** `["aws", "gcp"]` and `{ aws: string; gcp: string }`: lists and types that a third cloud is missing from. */
function listsClouds(node: ts.Node): boolean {
  if (ts.isArrayLiteralExpression(node)) {
    return CLOUDS.every((cloud) => node.elements.some((each) => ts.isStringLiteralLike(each) && each.text === cloud));
  }
  if (ts.isUnionTypeNode(node)) {
    const texts = node.types.flatMap((type) =>
      ts.isLiteralTypeNode(type) && ts.isStringLiteralLike(type.literal) ? [type.literal.text] : [],
    );
    return CLOUDS.every((cloud) => texts.includes(cloud));
  }
  if (ts.isTypeLiteralNode(node) || ts.isInterfaceDeclaration(node)) {
    const names = node.members.flatMap(({ name }) => (name !== undefined && ts.isIdentifier(name) ? [name.text] : []));
    return CLOUDS.every((cloud) => names.includes(cloud));
  }
  return false;
}

/** Every two-way decision in a file. */
function twoWay(path: string): string[] {
  return findNodes(path, (node) => comparesCloud(node) || comparesPrefix(node) || listsClouds(node));
}

describe("one place for clouds", () => {
  const files = ["index.ts", ...typescriptFiles(SOURCE_FOLDERS)].filter(
    (path) => path !== "components/model/cloud.ts" && !ABOUT_ONE.some((about) => about.test(path)),
  );

  it("decides by a Record<Cloud, ...>, which a third cloud fails to compile without", () => {
    const found = files.filter((path) => !(path in EXCEPTIONS)).flatMap(twoWay);
    assert.deepEqual(found, []);
  });

  it("has no exception that is no longer needed", () => {
    const needed = files.filter((path) => twoWay(path).length > 0);
    assert.deepEqual(
      Object.keys(EXCEPTIONS).filter((path) => !needed.includes(path)),
      [],
    );
  });

  it("finds the list of clouds itself", () => {
    assert.equal(twoWay("components/model/cloud.ts").length, 1);
  });
});
