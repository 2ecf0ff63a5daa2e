import type { KeyName, Values } from "../keys";

/** What a rule finds wrong. */
export interface Finding {
  /** Key that the problem is reported for; a path with dots when it lies in `overrides`. */
  readonly key: string;
  readonly value: unknown;
  readonly reason: string;
  /** Default: what the table of keys allows. */
  readonly allowed?: string;
  /** Default: the example of the table of keys. */
  readonly example?: string;
}

/** A check across several keys. */
export interface Rule {
  /** One sentence for docs/configuration.md. */
  readonly summary: string;
  /** Keys that the check reads. It is skipped when one of them is invalid. */
  readonly needs: readonly KeyName[];
  /** Keys that later rules must not read once this one fails. Default: the keys that it reports. */
  readonly invalidates?: readonly KeyName[];
  readonly check: (values: Values) => readonly Finding[];
}
