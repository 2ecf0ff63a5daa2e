import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Every file under version control. */
const TRACKED = execFileSync("git", ["ls-files"], { encoding: "utf8" }).trim().split("\n").filter(existsSync);
const PAGES = TRACKED.filter((file) => file.endsWith(".md"));

describe("pages", () => {
  const map = mapOf(readFileSync("README.md", "utf8"));

  it("the map in README has a row for every top-level folder", () => {
    const folders = new Set(TRACKED.filter((file) => file.includes("/")).map((file) => `${file.split("/")[0]!}/`));
    const missing = [...folders].filter((folder) => !map.some((path) => path.startsWith(folder)));
    assert.deepEqual(missing, []);
  });

  it("the map in README names only paths that exist", () => {
    const unknown = map.filter((path) => !TRACKED.some((file) => file === path || file.startsWith(path)));
    assert.ok(map.length > 10, String(map.length));
    assert.deepEqual(unknown, []);
  });

  it("every npm script that a page names exists", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
    const named = matches(/\bnpm run (?:--?[a-z-]+ )*([a-z][a-z:-]*)/g);
    assert.ok(named.length > 10, String(named.length));
    assert.deepEqual(
      named.filter(({ found }) => !(found in scripts)),
      [],
    );
  });

  it("every relative link leads to a file, and its fragment to a heading", () => {
    const links = matches(/\]\(([^)\s]+)\)/g).filter(({ found }) => !/^[a-z]+:/.test(found));
    assert.ok(links.length > 10, String(links.length));
    assert.deepEqual(
      links.filter(({ page, found }) => !leadsSomewhere(page, found)),
      [],
    );
  });
});

/** Paths in the first column of the table under "Find your way". */
function mapOf(readme: string): string[] {
  const section = /^## Find your way$([^]*?)(?=^## |$(?![^]))/m.exec(readme)![1]!;
  return [...section.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, path]) => path!);
}

interface Match {
  readonly page: string;
  readonly found: string;
}

/** What the expression's group matches in each page, outside of the pages' template blocks. */
function matches(expression: RegExp): Match[] {
  return PAGES.flatMap((page) =>
    [
      ...readFileSync(page, "utf8")
        .replace(/^```md$[^]*?^```$/gm, "")
        .matchAll(expression),
    ].map(([, found]) => ({
      page,
      found: found!,
    })),
  );
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path, fragment] = link.split("#") as [string, string?];
  const target = path === "" ? page : join(dirname(page), path);
  return (
    TRACKED.some((file) => file === target || file.startsWith(`${target.replace(/\/$/, "")}/`)) &&
    (fragment === undefined || fragments(target).has(fragment))
  );
}

/** Fragments of a page's headings, by GitHub's rule: lower case, no punctuation, hyphens for spaces. */
function fragments(page: string): Set<string> {
  const headings = [...readFileSync(page, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replace(/ /g, "-"),
    ),
  );
}
