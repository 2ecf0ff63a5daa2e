import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Test files that run at the same time. */
interface TestGroup {
  /** Files that run in parallel. */
  readonly jobs: number;
  readonly files: readonly string[];
}

/** A test file with its text. */
interface TestFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The groups that run one after the other. A test file names its group in its first line, "// Test group: light"; with
 * ", last" it starts after the group's other files. Files without that line are ordinary.
 *
 * | Group    | For tests that                                                              |
 * | -------- | --------------------------------------------------------------------------- |
 * | first    | take minutes but measure no time: they start before the ordinary ones       |
 * | ordinary | measure no time: three at a time, because those that boot nodes mostly wait |
 * | light    | boot nodes and measure seconds, but mostly wait: three at a time            |
 * | heavy    | boot nodes and measure seconds under load, or need the built control plane  |
 */
const JOBS = { ordinary: 3, light: 3, heavy: 2 } as const;
type GroupName = keyof typeof JOBS;

/** Every test file below a folder, in groups in the order in which they run. */
export function groupedTests(folder = "test"): TestGroup[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".test.ts"));
  return grouped(paths.map((name) => join(folder, name)).map((path) => ({ path, text: readFileSync(path, "utf8") })));
}

/** Test files in groups in the order in which they run. Throws for a group that does not exist. */
export function grouped(files: readonly TestFile[]): TestGroup[] {
  const ranked = files.map((file) => ({ path: file.path, ...markOf(file) }));
  ranked.sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1));
  return Object.entries(JOBS).map(([name, jobs]) => ({
    jobs,
    files: ranked.filter(({ group }) => group === name).map(({ path }) => path),
  }));
}

/** The group of a test file, and its place in the group: -1 before, 1 after the files with 0. */
function markOf({ path, text }: TestFile): { group: GroupName; rank: number } {
  const [line, name, last] = /^\/\/ Test group: (\w+)(, last)?$/.exec(text.split("\n")[0]!) ?? [];
  if (line === undefined) {
    return { group: "ordinary", rank: 0 };
  }
  if (name === "first") {
    return { group: "ordinary", rank: -1 };
  }
  if (name === undefined || !(name in JOBS)) {
    throw new Error(`${path}: no such test group: ${name}; allowed: first, ${Object.keys(JOBS).join(", ")}`);
  }
  return { group: name as GroupName, rank: last === undefined ? 0 : 1 };
}
