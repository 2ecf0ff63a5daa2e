import { readFileSync } from "node:fs";

/** What a script is told: a word, a number, or a list that becomes a Bash array. */
export type ScriptValue = string | number | readonly (string | number)[];

const SHEBANG = "#!/bin/bash\n";
const sources = new Map<string, string>();

/**
 * A script as a node gets it: the source with its variables, and the functions that it shares with others, in front. The
 * source is a whole script that ShellCheck reads; its variables are upper-case. Throws when a file has no shebang.
 * @param path the source, for example join(__dirname, "scripts/restore.sh")
 * @param functions sources that hold nothing but functions, in the order in which they are needed
 */
export function renderScript(
  path: string,
  variables: Readonly<Record<string, ScriptValue>> = {},
  functions: readonly string[] = [],
): string {
  const [comment, body] = split(bodyOf(path));
  return [SHEBANG, comment, header(variables), ...functions.map(bodyOf), body].join("");
}

/** A shell word, quoted where it must be. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_/.:=+-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

function header(variables: Readonly<Record<string, ScriptValue>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `readonly ${name}=${assigned(value)}\n`)
    .join("");
}

function assigned(value: ScriptValue): string {
  return Array.isArray(value) ? `(${value.map((each) => quote(String(each))).join(" ")})` : quote(String(value));
}

/** A source without its shebang; read when a script is rendered, so that the policy pack can be one file. */
function bodyOf(path: string): string {
  let source = sources.get(path);
  if (source === undefined) {
    source = readFileSync(path, "utf8");
    sources.set(path, source);
  }
  if (!source.startsWith(SHEBANG)) {
    throw new Error(`${path} does not begin with ${SHEBANG.trim()}`);
  }
  return source.slice(SHEBANG.length);
}

/** The comment that says what a script is for, and the rest. */
function split(source: string): [comment: string, rest: string] {
  const end = /^(?!#)/m.exec(source)?.index ?? source.length;
  return [source.slice(0, end), source.slice(end)];
}
