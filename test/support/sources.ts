import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A source file: its path from the repository's root, with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The folders that hold the program and its tools, tests not included. */
export const PROGRAM = ["components", "stacks", "policy", "cost", "planning", "rehearsal", "tools"];

/** The TypeScript files below some folders, ordered by path, type declarations not included. */
export function sourceFiles(folders: readonly string[]): SourceFile[] {
  return textFiles(folders, [".ts"]).filter(({ path }) => !path.endsWith(".d.ts"));
}

/** The files below some folders that end in one of the extensions, ordered by path. */
export function textFiles(folders: readonly string[], extensions: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((name) => join(folder, name))
        .filter((path) => extensions.some((extension) => path.endsWith(extension)) && !path.includes("node_modules")),
    )
    .sort()
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}
