import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { junit } from "./junit";
import type { PackResult } from "./result";
import { sarif } from "./sarif";

/** Paths of reports to write. */
export interface ReportFiles {
  readonly sarif?: string;
  readonly junit?: string;
}

/** Writes the requested reports. `source` is the file or stack that they refer to. */
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
