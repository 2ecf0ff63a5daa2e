import { parseCidr } from "../../components/model/addresses";

/** Turns what the config holds into a value, or throws Refused. Pulumi gives primitives and JSON as strings, YAML plain values. */
export type Parser<T> = (value: unknown) => T;

/** One thing that a parser doesn't accept. */
export interface Fault {
  /** Within the value, for example "neo4j.heapGiB" or "[0]"; empty: the value itself. */
  readonly path: string;
  readonly value?: unknown;
  /** What is wrong, where "not among the allowed" doesn't say it. */
  readonly reason?: string;
  /** Default: as the table of keys says. */
  readonly allowed?: string;
  readonly example?: string;
}

/** A value isn't allowed. */
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

/** One of a few words. */
export function among<const T extends string>(all: readonly T[]): Accepting<T> {
  return { allowed: words(all), parse: oneOf(all) };
}

/** "a, b or c". */
export function words(all: readonly string[]): string {
  return `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
}

/** A string that a pattern matches whole. */
export function text(pattern: RegExp): Parser<string> {
  return (value) => {
    const given = scalar(value);
    return pattern.test(given) ? given : refuse();
  };
}

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Parser<T> {
  return (value) => words.find((word) => word === scalar(value)) ?? refuse();
}

/** `empty` for the empty string, and whatever another parser accepts. */
export function emptyOr(parser: Parser<string>): Parser<string> {
  return (value) => (value === "" ? "" : parser(value));
}

/** "auto", and whatever another parser accepts. */
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
      (item, index) => [`[${index}]`, () => told({ value: item }, () => parser(item))] as const,
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
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(given) ? given : refuse("there is no such day");
};

/** A moment in UTC, "2026-01-31T12:00:00Z". */
export const instant: Parser<string> = (value) => {
  const given = text(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)(value);
  const time = Date.parse(given);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(given.slice(0, -1))
    ? given
    : refuse("there is no such time");
};

/** Runs parsers by name and returns all results; throws all their faults at once, each with its name before its path. */
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

/** Adds to the faults of a parser what it doesn't know of itself. */
export function told<T>(more: Partial<Fault>, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof Refused ? new Refused(error.faults.map((fault) => ({ ...more, ...fault }))) : error;
  }
}

/** A list or object, also where it comes as JSON. */
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

/** A primitive as Pulumi would give it. */
function scalar(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : refuse(`it is ${Array.isArray(value) ? "a list" : "an object"}`);
}
