import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cell } from "../support/cells";
import { readInventories, writeInventories, type Inventories } from "./inventories";

/** Where the API runs: VMs, an existing Kubernetes cluster, a new one. */
export type Runtime = "vm" | "kubernetes" | "kubernetes-new";

/** A cell with one of its runtimes. */
interface Program {
  readonly cell: Cell;
  readonly runtime: Runtime;
}

/** The golden files: one per cloud and runtime, each with the inventories of all its cells. */
export const GOLDEN = join(__dirname, "golden");

const files = new Map<string, Inventories>();

/** What the golden file lists for a program, sorted; nothing when it lists none. */
export function golden(cell: Cell, runtime: Runtime): readonly string[] {
  return read(fileOf({ cell, runtime })).get(cellName(cell)) ?? [];
}

/** With UPDATE_GOLDEN set: writes what was recorded over what the files list, and drops cells that no program has. */
export function updateGolden(
  programs: readonly Program[],
  recorded: readonly (Program & { readonly inventory: readonly string[] })[],
): void {
  if (process.env.UPDATE_GOLDEN === undefined) {
    return;
  }
  mkdirSync(GOLDEN, { recursive: true });
  for (const file of new Set(programs.map(fileOf))) {
    const inventories = new Map(
      programs
        .filter((program) => fileOf(program) === file)
        .map(({ cell, runtime }) => {
          const fresh = recorded.find((each) => each.cell === cell && each.runtime === runtime);
          return [cellName(cell), fresh?.inventory ?? golden(cell, runtime)];
        }),
    );
    writeFileSync(join(GOLDEN, `${file}.txt`), writeInventories(file, inventories));
  }
}

function fileOf({ cell, runtime }: Program): string {
  return `${cell.cloud}-${runtime}`;
}

function cellName({ tier, placement, highlyAvailable }: Cell): string {
  return [tier, placement, highlyAvailable ? "ha" : "single"].join("-");
}

function read(file: string): Inventories {
  const path = join(GOLDEN, `${file}.txt`);
  const known = files.get(file) ?? readInventories(existsSync(path) ? readFileSync(path, "utf8") : "");
  files.set(file, known);
  return known;
}
