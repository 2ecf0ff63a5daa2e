import type { Accepting } from "../parsers";

/** A key of a stack's config. */
export interface Key<T> extends Accepting<T> {
  /** The type that Pulumi.yaml declares, one of those that the engine knows. */
  readonly type: "string" | "integer" | "boolean" | "array" | "object";
  /** A key without a default is required. A default that depends on other keys is "auto". */
  readonly default?: unknown;
  /** The value as written in Pulumi.<stack>.yaml, after the key. */
  readonly example: string;
  readonly description: string;
  /** Whether the value is encrypted and never shown: `parse` only receives whether it is set. Default: false. */
  readonly secret?: boolean;
}

/** Checks a key's definition and infers the type of its value. */
export function key<T>(definition: Key<T>): Key<T> {
  return definition;
}
