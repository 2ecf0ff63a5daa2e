import type { ResourceValues } from "./values";

/** A statement of an AWS policy document; single values are normalized to lists. */
export interface Statement {
  readonly effect: string;
  /** Account, service or federated principals; "*" is everyone. */
  readonly principals: readonly string[];
  /** Kinds of principals: "AWS", "Service", "Federated". */
  readonly kinds: readonly string[];
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  /** As JSON without spaces. Empty if there is none. */
  readonly condition: string;
}

/** The statements of a policy document in a property, which is JSON or an object. */
export function statementsOf(values: ResourceValues, property: string): Statement[] {
  const written = values.get(property);
  const document = typeof written === "string" ? parsed(written) : written;
  const statements = isObject(document) ? document.Statement : undefined;
  return listOf(statements).filter(isObject).map(statement);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function statement(given: Readonly<Record<string, unknown>>): Statement {
  const principal = given.Principal;
  return {
    effect: String(given.Effect),
    principals: isObject(principal) ? Object.values(principal).flatMap(texts) : texts(principal),
    kinds: isObject(principal) ? Object.keys(principal) : [],
    actions: texts(given.Action),
    notActions: texts(given.NotAction),
    resources: texts(given.Resource),
    condition: given.Condition === undefined ? "" : JSON.stringify(given.Condition),
  };
}

function texts(value: unknown): string[] {
  return listOf(value).filter((item) => typeof item === "string");
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    return Array.from({ length: value.length }, (_, index) => (value as unknown[])[index]);
  }
  return value === undefined ? [] : [value];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
