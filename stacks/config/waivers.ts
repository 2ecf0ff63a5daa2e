import { collect, day, refuse, structured, text, told, type Parser } from "./parsers";

/** An exception from a policy that somebody answers for, until a day. */
export interface Waiver {
  /** What it is called in the config. */
  readonly name: string;
  /** The policy's name. */
  readonly policy: string;
  /** Pattern of the URNs that it holds for; `*` stands for anything. */
  readonly resource: string;
  readonly reason: string;
  readonly owner: string;
  /** The last day on which it holds, "2026-12-31". */
  readonly until: string;
}

const SENTENCE = /^(?=.{10,500}$).*\S.*$/s;

const FIELDS: Readonly<
  Record<keyof Omit<Waiver, "name">, { readonly allowed: string; readonly parse: Parser<string> }>
> = {
  policy: { allowed: "a policy's name, of docs/policies.md", parse: text(/^[a-z][a-z0-9-]*$/) },
  resource: { allowed: "a pattern of URNs, * stands for anything", parse: text(/^\S+$/) },
  reason: { allowed: "why, in 10 to 500 characters", parse: text(SENTENCE) },
  owner: { allowed: "who answers for it", parse: text(/^\S.*$/) },
  until: { allowed: "its last day, YYYY-MM-DD", parse: day },
};

/** Parses `waivers`: an object of waivers by name, every fault with its path. */
export const waivers: Parser<readonly Waiver[]> = (value) => {
  const entries = Object.entries(objectOf(value));
  return collect(entries.map(([name, waiver]) => [name, () => oneWaiver(name, waiver)] as const)).map(
    ([, parsed]) => parsed,
  );
};

function oneWaiver(name: string, value: unknown): Waiver {
  const given = objectOf(value);
  const strange = Object.keys(given).filter((key) => !(key in FIELDS));
  if (strange.length > 0) {
    refuse(`there is no ${strange.join(", ")} in a waiver, only ${Object.keys(FIELDS).join(", ")}`);
  }
  const parsed = collect(
    Object.entries(FIELDS).map(
      ([field, { allowed, parse }]) =>
        [field, () => told({ value: given[field], allowed }, () => parse(given[field] ?? ""))] as const,
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
