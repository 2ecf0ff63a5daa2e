import { parseCidr } from "../../components/model/addresses";

/** Turns a value of the config into a typed one, or throws Refused. Pulumi passes primitives and JSON as strings; YAML passes plain values. */
export type Parser<T> = (value: unknown) => T;

/** One thing that a parser does not accept. */
export interface Fault {
  /** Path within the value, for example "neo4j.heapGiB" or "[0]". Empty means the value itself. */
  readonly path: string;
  readonly value?: unknown;
  /** What is wrong. Omitted when the list of allowed values explains it. */
  readonly reason?: string;
  /** Default: what the table of keys allows. */
  readonly allowed?: string;
  readonly example?: string;
}

/** A value is not allowed. */
export class Refused extends Error {
  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(({ path, reason }) => `${path} ${reason ?? "is not allowed"}`.trim()).join("; "));
  }
}

/** Refuses a value as a whole. */
export function refuse(reason?: string): never {
  throw new Refused([{ path: "", ...(reason === undefined ? {} : { reason }) }]);
}

/** A parser and what it accepts, in words. */
export interface Accepting<T> {
  readonly allowed: string;
  readonly parse: Parser<T>;
}

/** A whole number within bounds. */
export function whole(min: number, max: number): Accepting<number> {
  return { allowed: `a whole number from ${min} to ${max}`, parse: integer(min, max) };
}

/** A number within bounds. */
export function between(min: number, max: number): Accepting<number> {
  return { allowed: `a number from ${min} to ${max}`, parse: number(min, max) };
}

/** One of a list of words. */
export function among<const T extends string>(all: readonly T[]): Accepting<T> {
  return { allowed: words(all), parse: oneOf(all) };
}

/** "a, b or c"; a single word alone. */
export function words(all: readonly string[], conjunction: "or" | "and" = "or"): string {
  return [all.slice(0, -1).join(", "), ...all.slice(-1)].filter((part) => part !== "").join(` ${conjunction} `);
}

/** A string that matches a pattern. */
export function text(pattern: RegExp): Parser<string> {
  return (value) => {
    const given = scalar(value);
    return pattern.test(given) ? given : refuse();
  };
}

/** One of a list of words. */
export function oneOf<const T extends string>(words: readonly T[]): Parser<T> {
  return (value) => words.find((word) => word === scalar(value)) ?? refuse();
}

/** The empty string, or what another parser accepts. */
export function emptyOr(parser: Parser<string>): Parser<string> {
  return (value) => (value === "" ? "" : parser(value));
}

/** "auto", or what another parser accepts. */
export function autoOr<T>(parser: Parser<T>): Parser<T | "auto"> {
  return (value) => (value === "auto" ? "auto" : parser(value));
}

/** A whole number within bounds. */
export function integer(min: number, max: number): Parser<number> {
  const parse = number(min, max);
  return (value) => {
    const given = parse(value);
    return Number.isInteger(given) ? given : refuse("it must be a whole number");
  };
}

/** A number within bounds. */
export function number(min: number, max: number): Parser<number> {
  return (value) => {
    const given = scalar(value);
    const parsed = /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
    return parsed >= min && parsed <= max ? parsed : refuse();
  };
}

export const flag: Parser<boolean> = (value) => oneOf(["true", "false"])(value) === "true";

/** A list of strings, each accepted by the parser. */
export function listOf<T extends string>(parser: Parser<T>, least: number): Parser<readonly T[]> {
  return (value) => {
    const items = structured(value);
    if (!Array.isArray(items)) {
      return refuse("it is not a list");
    }
    if (items.length < least) {
      return refuse("the list is empty");
    }
    const parsers = items.map(
      (item, index) => [`[${index}]`, () => withContext({ value: item }, () => parser(item))] as const,
    );
    return collect(parsers).map(([, parsed]) => parsed);
  };
}

/** An IPv4 network. */
export const cidr: Parser<string> = (value) => {
  const given = scalar(value);
  try {
    parseCidr(given);
  } catch (error) {
    return refuse((error as Error).message);
  }
  return given;
};

/** A day, "2026-01-31". */
export const day: Parser<string> = (value) => {
  const given = text(/^\d{4}-\d{2}-\d{2}$/)(value);
  const time = Date.parse(`${given}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(given) ? given : refuse("no such day");
};

/** A moment in UTC, "2026-01-31T12:00:00Z". */
export const instant: Parser<string> = (value) => {
  const given = text(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)(value);
  const time = Date.parse(given);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(given.slice(0, -1))
    ? given
    : refuse("no such time");
};

/** Runs named parsers and returns all results. Throws all their faults at once, each path prefixed with the name. */
export function collect<T>(parsers: readonly (readonly [name: string, parse: () => T])[]): [string, T][] {
  const faults: Fault[] = [];
  const results: [string, T][] = [];
  for (const [name, parse] of parsers) {
    try {
      results.push([name, parse()]);
    } catch (error) {
      if (!(error instanceof Refused)) {
        throw error;
      }
      faults.push(...error.faults.map((fault) => ({ ...fault, path: [name, fault.path].filter(Boolean).join(".") })));
    }
  }
  if (faults.length > 0) {
    throw new Refused(faults);
  }
  return results;
}

/** Completes the faults of a parser with what only its caller knows. */
export function withContext<T>(context: Partial<Fault>, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof Refused ? new Refused(error.faults.map((fault) => ({ ...context, ...fault }))) : error;
  }
}

/** A list or object, given as such or as JSON. */
export function structured(value: unknown): unknown {
  if (typeof value !== "string") {
    return value;
  }
  try {
    return JSON.parse(value);
  } catch {
    return refuse("it is not valid JSON");
  }
}

/** A primitive as the string that Pulumi passes. */
function scalar(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : refuse(`it is ${Array.isArray(value) ? "a list" : "an object"}`);
}
