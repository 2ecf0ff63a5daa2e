import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { junit } from "./junit";
import type { PackResult } from "./result";
import { sarif } from "./sarif";

/** Where the result is also written to. */
export interface ReportFiles {
  readonly sarif?: string;
  readonly junit?: string;
}

/** Writes the reports that were asked for. */
export function writeReports(result: PackResult, files: ReportFiles, source: string): void {
  write(files.sarif, () => `${JSON.stringify(sarif(result, source), null, 2)}\n`);
  write(files.junit, () => junit(result, source));
}

function write(path: string | undefined, content: () => string): void {
  if (path !== undefined) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content());
  }
}
