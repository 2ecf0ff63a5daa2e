import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A variable of a script: a word, a number, or a list, which becomes a Bash array. */
export type ScriptValue = string | number | readonly (string | number)[];
export type ScriptVariables = Readonly<Record<string, ScriptValue>>;

/** Function files together with the variables they read: what several scripts share. */
export interface ScriptPart {
  readonly functions: readonly string[];
  readonly variables: ScriptVariables;
}

/** Function files that services share. Each file documents its functions and the variables they read. */
export const FUNCTIONS = {
  /** `keep PATH` */
  keep: join(__dirname, "scripts/keep.sh"),
  /** `prune PREFIX DAYS`; reads BUCKET. */
  prune: join(__dirname, "scripts/prune.sh"),
  /** `read_elsewhere` and `write_hosts`; reads PLANNED_HOSTS. */
  writeHosts: join(__dirname, "scripts/write-hosts.sh"),
  /** `stop_with MESSAGE...` */
  stopWith: join(__dirname, "scripts/stop-with.sh"),
} as const;

const SHEBANG = "#!/bin/bash\n";
const sources = new Map<string, string>();

/**
 * Renders a script as nodes receive it: shebang, leading comment, a header that assigns the variables, shared functions,
 * then the rest of the source. Throws if a file does not start with the Bash shebang.
 * @param path the source: a complete script that ShellCheck can read, for example join(__dirname, "scripts/restore.sh")
 * @param variables assigned as readonly; names are upper-case
 * @param functions sources that define only functions, in the order in which they are needed
 */
export function renderScript(path: string, variables: ScriptVariables = {}, functions: readonly string[] = []): string {
  const [comment, body] = split(bodyOf(path));
  const sections = [`${SHEBANG}${comment}${header(variables)}`, ...functions.map(bodyOf), body];
  return `${sections
    .map((section) => section.trim())
    .filter((section) => section !== "")
    .join("\n\n")}\n`;
}

/** A shell word, quoted if it contains characters that the shell interprets. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_/.:=+-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

function header(variables: ScriptVariables): string {
  return Object.entries(variables)
    .map(([name, value]) => `readonly ${name}=${assigned(value)}\n`)
    .join("");
}

function assigned(value: ScriptValue): string {
  return Array.isArray(value) ? `(${value.map((each) => quote(String(each))).join(" ")})` : quote(String(value));
}

/** A source without its shebang. Read on first use, not on import, so that the policy pack can be a single file. */
function bodyOf(path: string): string {
  let source = sources.get(path);
  if (source === undefined) {
    source = readFileSync(path, "utf8");
    sources.set(path, source);
  }
  if (!source.startsWith(SHEBANG)) {
    throw new Error(`${path} does not start with ${SHEBANG.trim()}`);
  }
  return source.slice(SHEBANG.length);
}

/** The leading comment, which states a script's purpose, and the rest. */
function split(source: string): [comment: string, rest: string] {
  const end = /^(?!#)/m.exec(source)?.index ?? source.length;
  return [source.slice(0, end), source.slice(end)];
}
