import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "../..");

/** A literal in the source: a number, or the text of a string, a part of a template or a property's name. */
export interface Literal {
  /** Path from the root. */
  readonly file: string;
  readonly value: number | string;
  /** Name of the variable or property that the literal is assigned to, or an empty text. */
  readonly name: string;
}

/** Every literal of the TypeScript files below some folders; comments are not read. */
export function literals(...folders: readonly string[]): Literal[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .flatMap((path) => literalsOf(join(ROOT, folder, path))),
  );
}

function literalsOf(path: string): Literal[] {
  const found: Literal[] = [];
  const visit = (node: ts.Node, name: string): void => {
    const file = relative(ROOT, path);
    if (ts.isNumericLiteral(node)) {
      found.push({ file, value: Number(node.text), name });
    } else if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      found.push({ file, value: node.text, name });
    } else if (ts.isIdentifier(node) && ts.isPropertyAssignment(node.parent) && node.parent.name === node) {
      found.push({ file, value: node.text, name });
    }
    ts.forEachChild(node, (child) => visit(child, nameOf(node) ?? name));
  };
  visit(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true), "");
  return found;
}

function nameOf(node: ts.Node): string | undefined {
  return ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)
    ? node.name.getText()
    : undefined;
}
