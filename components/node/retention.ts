import { readFileSync } from "node:fs";
import { FUNCTIONS, quote } from "./script";

/** The shell function `prune` with its bucket, for scripts that are not rendered by `renderScript`. */
export function pruneFunction(bucket: string): string {
  return readFileSync(FUNCTIONS.prune, "utf8").replace("#!/bin/bash\n", `readonly BUCKET=${quote(bucket)}\n`);
}
