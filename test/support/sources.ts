import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";

/** The folders with TypeScript of the program and its tools. */
export const SOURCE_FOLDERS = ["stacks", "components", "policy", "cost", "planning", "tools", "rehearsal"] as const;

/** Every TypeScript file below some folders, by path. */
export function typescriptFiles(folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`))
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
    .sort();
}

/** The places in a file's syntax tree that match, as "path:line: text". */
export function findNodes(path: string, matches: (node: ts.Node) => boolean): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (matches(node)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      found.push(`${path}:${line}: ${node.getText(source).replace(/\s+/g, " ").slice(0, 100)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
