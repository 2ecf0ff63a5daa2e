import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../stack-file";
import { documentMarkdown, type Document } from "./document";

/** Throws UsageError if the file of `--record` is not Markdown. */
export function assertMarkdown(path: string | undefined): void {
  if (path !== undefined && !path.endsWith(".md")) {
    throw new UsageError(`--record ${path}: expected a Markdown file, for example --record docs/changes/2026-11-t4.md`);
  }
}

/** Writes a report as Markdown. */
export function writeRecord(path: string, document: Document): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, documentMarkdown(document));
}
