import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a drill stored about one of its scenarios. */
export interface DrilledScenario {
  readonly scenario: string;
  /** Figures by name. The name includes the unit. */
  readonly measured: Readonly<Record<string, number | string | boolean>>;
}

/** The stored result of a drill. */
export interface StoredDrill {
  readonly drill: string;
  readonly cloud: string;
  /** Start time, ISO 8601. */
  readonly at: string;
  readonly passed: boolean;
  readonly scenarios: readonly DrilledScenario[];
}

/** Where `npm run drill` stores its results, and where results are committed. */
const DRILL_FOLDERS = [join(".cache", "drills"), join("docs", "drills")] as const;

/** The stored results, newest first. Files that are no result of a drill are left out. */
export function readDrills(folders: readonly string[] = DRILL_FOLDERS): StoredDrill[] {
  return folders
    .filter(existsSync)
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".json"))
        .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Partial<StoredDrill>),
    )
    .filter((each): each is StoredDrill => typeof each.drill === "string" && Array.isArray(each.scenarios))
    .sort((a, b) => b.at.localeCompare(a.at));
}
