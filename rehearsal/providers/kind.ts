import type { Resource, Resources } from "../stack/resources";
import type { Properties } from "./wire";

/** What a simulated cloud knows when it decides whether it carries out a call. */
export interface Situation {
  /** Every resource of the stack. */
  readonly resources: Resources;
  readonly now: Date;
  /** Number of objects in a bucket, including those that nodes wrote. */
  readonly objects: (bucket: string) => Promise<number>;
  /** Machine types that are out of stock. */
  readonly exhausted: readonly string[];
}

/** A resource with the times of its changes. */
export interface Existing extends Resource {
  readonly urn: string;
  readonly createdAt: string;
  readonly updatedAt?: string;
}

/** The cloud's error message; undefined if it carries out the call. */
export type Refusal = string | undefined | Promise<string | undefined>;

/** How a cloud treats resources of one type. Types without an entry are records without rules. */
export interface Kind {
  /** Inputs that cannot change in place: a change replaces the resource. A path means a part of an input. */
  readonly replacedBy?: readonly string[];
  /** Whether a change replaces the resource although no input of `replacedBy` changed. */
  readonly replacedIf?: (before: Properties, after: Properties) => boolean;
  /** A name that no two resources of the type may have. */
  readonly uniqueName?: (inputs: Properties) => string;
  readonly refusesCreate?: (created: Resource, situation: Situation) => Refusal;
  readonly refusesUpdate?: (before: Existing, after: Properties, situation: Situation) => Refusal;
  readonly refusesDelete?: (deleted: Existing, situation: Situation) => Refusal;
  /** Types whose resources keep this one from being deleted while they refer to its id, and the error. */
  readonly heldBy?: { readonly types: readonly string[]; readonly error: string };
  /** Name of the host that the cloud powers off before it deletes the resource. */
  readonly powersOff?: (deleted: Existing, situation: Situation) => string | undefined;
  /** Outputs that count the resource's versions; unknown in a preview that changes the resource. */
  readonly version?: string;
}

export type Kinds = Readonly<Record<string, Kind>>;
