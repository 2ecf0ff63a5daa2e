import { collect, day, refuse, structured, text, withContext, type Parser } from "./parsers";

/** An exception from a policy, with an owner and a last day. */
export interface Waiver {
  /** Its name in the config. */
  readonly name: string;
  /** The policy's name. */
  readonly policy: string;
  /** Pattern of the URNs that it applies to; `*` matches anything. */
  readonly resource: string;
  readonly reason: string;
  readonly owner: string;
  /** Last day on which it applies, "2026-12-31". */
  readonly until: string;
}

const SENTENCE = /^(?=.{10,500}$).*\S.*$/s;

const FIELDS: Readonly<
  Record<keyof Omit<Waiver, "name">, { readonly allowed: string; readonly parse: Parser<string> }>
> = {
  policy: { allowed: "the name of a policy in docs/policies.md", parse: text(/^[a-z][a-z0-9-]*$/) },
  resource: { allowed: "a pattern of URNs, * matches anything", parse: text(/^\S+$/) },
  reason: { allowed: "the reason, in 10 to 500 characters", parse: text(SENTENCE) },
  owner: { allowed: "the team or person responsible", parse: text(/^\S.*$/) },
  until: { allowed: "the last day, YYYY-MM-DD", parse: day },
};

/** Parses `waivers`, an object of waivers by name, and reports every fault with its path. */
export const waivers: Parser<readonly Waiver[]> = (value) => {
  const entries = Object.entries(objectOf(value));
  return collect(entries.map(([name, waiver]) => [name, () => oneWaiver(name, waiver)] as const)).map(
    ([, parsed]) => parsed,
  );
};

function oneWaiver(name: string, value: unknown): Waiver {
  const given = objectOf(value);
  const unknown = Object.keys(given).filter((key) => !(key in FIELDS));
  if (unknown.length > 0) {
    refuse(`a waiver has no ${unknown.join(", ")}, only ${Object.keys(FIELDS).join(", ")}`);
  }
  const parsed = collect(
    Object.entries(FIELDS).map(
      ([field, { allowed, parse }]) =>
        [field, () => withContext({ value: given[field], allowed }, () => parse(given[field] ?? ""))] as const,
    ),
  );
  return { name, ...(Object.fromEntries(parsed) as Omit<Waiver, "name">) };
}

function objectOf(value: unknown): Record<string, unknown> {
  const given = structured(value);
  return typeof given === "object" && given !== null && !Array.isArray(given)
    ? (given as Record<string, unknown>)
    : refuse("it is not an object");
}
