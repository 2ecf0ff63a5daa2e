import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SOURCE_FOLDERS } from "./support/sources";

interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Words of a style that the project has left behind, with plain words to use. Matched as whole words, in any case. */
const WORDS: Readonly<Record<string, string>> = {
  anew: "again",
  "are told": 'the active voice, for example "the nodes receive"',
  "by itself": '"automatically", or name the cause',
  farewell: "the technical term",
  "for ever": '"permanently"',
  "gets on": '"progresses"',
  "has to be there": '"must exist"',
  "is told": 'the active voice, for example "the node receives"',
  nobody: '"no one", or the role: "no client", "no operator"',
  "of its own": '"own", or "separate"',
  "of one's own": '"own", or "separate"',
  "of the stack's own": '"the stack\'s"',
  somebody: "the role: an operator, a client",
  whoever: '"anyone who", or the role',
};

/** Uses that are no prose. */
const EXCEPTIONS: readonly { readonly path: string; readonly text: string; readonly why: string }[] = [];

const OWN_FILE = "test/language.test.ts";
/** Files of others, and golden files, whose names of resources have reasons of their own. */
const FOREIGN = /^test\/support\/control-plane\/go\.|^test\/stacks\/golden\//;
const PATTERN = new RegExp(
  `(?<![\\w$-])(${Object.keys(WORDS)
    .map((words) => words.replaceAll(" ", "\\s+(?://|\\*|#)?\\s*"))
    .join("|")})(?![\\w-])`,
  "gi",
);

const FOLDERS = [...SOURCE_FOLDERS, "docs", "test", "scripts"];
const TEXT = /\.(md|ts|js|mjs|sh|sql|lua|yaml|yml|jsonc)$|^Makefile$|^scripts\/[^.]+$/;

function files(): TextFile[] {
  const below = [...FOLDERS, ".github"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  return [...readdirSync("."), ...below]
    .filter((path) => TEXT.test(path) && path !== OWN_FILE && !FOREIGN.test(path))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

/** "path:line: "word": use ...", for each use of one of the words. */
function uses({ path, text }: TextFile): string[] {
  return [...text.matchAll(PATTERN)].flatMap(({ index, 1: found }) => {
    const line = text.slice(0, index).split("\n").length;
    const whole = text.split("\n")[line - 1]!;
    const words = found!.toLowerCase().replace(/\s+(?:\/\/|\*|#)?\s*/g, " ");
    const isExcepted = EXCEPTIONS.some((each) => each.path === path && whole.includes(each.text));
    return isExcepted ? [] : [`${path}:${line}: "${words}": use ${WORDS[words]}`];
  });
}

describe("the language of code and documentation", () => {
  it("has none of the words that the project avoids", () => {
    const found = files().flatMap(uses);
    assert.equal(found.length, 0, `${found.length} uses:\n${found.join("\n")}`);
  });

  it("finds them in any case and across lines of a comment", () => {
    const text = "// Whoever reads this\n// is by\n// itself; `nobody`\n * is\n * told; bystanders-anew, Whoeverelse";
    assert.deepEqual(
      uses({ path: "x.ts", text }).map((use) => use.split(": use")[0]),
      ['x.ts:1: "whoever"', 'x.ts:2: "by itself"', 'x.ts:3: "nobody"', 'x.ts:4: "is told"'],
    );
  });

  it("has exceptions that are all used", () => {
    const all = files();
    EXCEPTIONS.forEach(({ path, text }) =>
      assert.ok(all.find((file) => file.path === path)?.text.includes(text), `${path}: ${text}`),
    );
  });
});
