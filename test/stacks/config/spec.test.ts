import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as ts from "typescript";
import { DISTINCT, UNCHANGED } from "../../../stacks/config/spec";

const SPEC = "stacks/config/spec.ts";
/** Fields that mean something else in the spec than in the args of the same name, with the difference. */
const DIFFERENT: Readonly<Record<string, string>> = {
  highlyAvailable: "of the whole stack; the args know their own service only",
  zones: "names of the zones that hold nodes; args count zones or name those of the region",
  version: "one of the supported versions of Kubernetes; the platform accepts any",
  serviceAccountAnnotations: "plain strings; args accept outputs",
};

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
}

/** Names imported by a file, with the file that each comes from. */
function imports(file: ts.SourceFile): Map<string, string> {
  return new Map(
    file.statements.filter(ts.isImportDeclaration).flatMap(({ importClause, moduleSpecifier }) => {
      const bindings = importClause?.namedBindings;
      const path = `${join(dirname(file.fileName), (moduleSpecifier as ts.StringLiteral).text)}.ts`;
      return bindings !== undefined && ts.isNamedImports(bindings)
        ? bindings.elements.map((element) => [element.name.text, path] as const)
        : [];
    }),
  );
}

function interfaces(file: ts.SourceFile): ts.InterfaceDeclaration[] {
  return file.statements.filter(ts.isInterfaceDeclaration);
}

function declaredBy(declaration: ts.InterfaceDeclaration): string[] {
  return declaration.members.flatMap(({ name }) => (name !== undefined && ts.isIdentifier(name) ? [name.text] : []));
}

/** Fields of an imported interface, including those of the interfaces that it extends. */
function fieldsOf(name: string, path: string): string[] {
  const file = parse(path);
  const declaration = interfaces(file).find((each) => each.name.text === name);
  const known = imports(file);
  const bases = (declaration?.heritageClauses ?? []).flatMap(({ types }) => types.map(({ expression }) => expression));
  return [
    ...(declaration === undefined ? [] : declaredBy(declaration)),
    ...bases.filter(ts.isIdentifier).flatMap(({ text }) => (known.has(text) ? fieldsOf(text, known.get(text)!) : [])),
  ];
}

describe("the spec", () => {
  const file = parse(SPEC);
  const args = [...imports(file)].filter(([name]) => /(Args|Spec|Context)$/.test(name));
  const declaredElsewhere = new Set<string>([
    ...args.flatMap(([name, path]) => fieldsOf(name, path)),
    ...UNCHANGED,
    ...DISTINCT,
  ]);

  it("declares no field that the services' args or the keys declare", () => {
    const declared = interfaces(file).flatMap(declaredBy);
    assert.deepEqual(
      declared.filter((name) => declaredElsewhere.has(name) && !(name in DIFFERENT)),
      [],
    );
    assert.deepEqual(
      Object.keys(DIFFERENT).filter((name) => !declared.includes(name) || !declaredElsewhere.has(name)),
      [],
      "listed as different without need",
    );
  });

  it("is compared with the args of every service", () => {
    assert.ok(
      ["TimescaleDbArgs", "Neo4jArgs", "RedisArgs", "ApiPlanArgs"].every((name) =>
        args.some(([each]) => each === name),
      ),
    );
    ["memGiB", "heapGiB", "maxMemoryGiB", "containers", "domain", "namespace"].forEach((field) =>
      assert.ok(declaredElsewhere.has(field), field),
    );
  });
});
