import { KEY_NAMES, KEYS, type Key, type KeyName, type Values } from "./keys";
import { nearest } from "./nearest";
import { Refused, type Fault } from "./parsers";
import { line, NOT_SHOWN, SECRET, shown, type Problem } from "./report";

/** A stack's config as written. */
export interface Written {
  /** Keys without the project's namespace. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys whose values are encrypted; these may be missing from `values`. Omit it to skip the check for encryption. */
  readonly secretKeys?: readonly string[];
}

/** Parses each key separately. Returns the valid values and the problems of the others. */
export function readKeys(written: Written): { values: Partial<Values>; problems: Problem[] } {
  const values: Record<string, unknown> = {};
  const problems = unknownKeys(written);
  for (const name of KEY_NAMES) {
    const read = readKey(name, written);
    if ("problems" in read) {
      problems.push(...read.problems);
    } else {
      values[name] = read.value;
    }
  }
  return { values, problems };
}

/** Whether a key is set, in the clear or encrypted. */
function isSet(name: KeyName, { values, secretKeys }: Written): boolean {
  const value = values[name] ?? undefined;
  return value === undefined ? (secretKeys?.includes(name) ?? false) : value !== "";
}

function readKey(name: KeyName, written: Written): { value: unknown } | { problems: Problem[] } {
  const key: Key<unknown> = KEYS[name];
  const given = key.secret ? isSet(name, written) : (written.values[name] ?? undefined);
  const secrecyFault = secrecy(name, written);
  if (secrecyFault !== undefined) {
    return { problems: [problemOf(name, { path: "", reason: secrecyFault }, SECRET)] };
  }
  if (given === undefined && key.default === undefined) {
    return { problems: [problemOf(name, { path: "", reason: "it is required" }, shown(undefined))] };
  }
  try {
    return { value: key.parse(given ?? key.default) };
  } catch (error) {
    if (!(error instanceof Refused)) {
      throw error;
    }
    return { problems: error.faults.map((fault) => faultOf(name, fault, given)) };
  }
}

function faultOf(name: KeyName, fault: Fault, given: unknown): Problem {
  const isMistyped = fault.path !== "" && !("value" in fault);
  return problemOf(name, fault, isMistyped ? NOT_SHOWN : shown("value" in fault ? fault.value : given));
}

/** What is wrong with a value's encryption; undefined when nothing is. */
function secrecy(name: KeyName, written: Written): string | undefined {
  const key: Key<unknown> = KEYS[name];
  const encrypted = written.secretKeys?.includes(name);
  if (key.secret && encrypted === false && isSet(name, written)) {
    return "it must be encrypted, but the config holds it in plain text: set it with --secret";
  }
  return !key.secret && encrypted === true
    ? "it is encrypted, but cannot stay secret because names, labels or plans show it: set it without --secret"
    : undefined;
}

function problemOf(name: KeyName, fault: Fault, value: string): Problem {
  const { allowed, example }: Key<unknown> = KEYS[name];
  const path = `${name}${/^(\[|$)/.test(fault.path) ? "" : "."}${fault.path}`;
  return {
    key: path,
    value,
    ...(fault.reason === undefined ? {} : { reason: fault.reason }),
    allowed: fault.allowed ?? allowed,
    example: fault.example === undefined ? `${name}: ${example}` : line(path, fault.example),
  };
}

function unknownKeys({ values, secretKeys = [] }: Written): Problem[] {
  const given = [...new Set([...Object.keys(values), ...secretKeys])];
  return given
    .filter((name) => !Object.hasOwn(KEYS, name))
    .map((name) => {
      const guess = nearest(name, KEY_NAMES) as KeyName | undefined;
      return {
        key: name,
        value: NOT_SHOWN,
        reason: `unknown key${guess === undefined ? "" : `; did you mean ${guess}?`}`,
        allowed: guess === undefined ? KEY_NAMES.join(", ") : KEYS[guess].allowed,
        example: guess === undefined ? `tier: ${KEYS.tier.example}` : `${guess}: ${KEYS[guess].example}`,
      };
    });
}
