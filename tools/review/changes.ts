import { isDeepStrictEqual } from "node:util";
import type { Recorded } from "../../planning/record";

/** A change of a resource between two plans. */
export interface Change {
  readonly kind: "delete" | "create" | "update";
  readonly urn: string;
  readonly type: string;
  /** Whether the resource is protected. It holds data, and the engine refuses to delete it. */
  readonly protected: boolean;
  /** The inputs that an update changes. */
  readonly inputs: readonly string[];
}

type Resource = Pick<Recorded, "urn" | "type" | "custom" | "protect" | "inputs">;

const ORDER: readonly Change["kind"][] = ["delete", "update", "create"];

/**
 * The differences between two plans, most dangerous first: deletions, updates, creations; protected resources before others.
 * Components are omitted, because they exist only in the program.
 */
export function changesOf(before: readonly Resource[], after: readonly Resource[]): Change[] {
  const old = byUrn(before);
  const current = byUrn(after);
  const deleted = [...old.values()].filter(({ urn }) => !current.has(urn)).map((each) => change("delete", each));
  const others = [...current.values()].flatMap((resource) => {
    const previous = old.get(resource.urn);
    if (previous === undefined) {
      return change("create", resource);
    }
    const inputs = differing(previous.inputs, resource.inputs);
    return inputs.length === 0 ? [] : change("update", resource, inputs);
  });
  const rank = (each: Change): number => 2 * ORDER.indexOf(each.kind) + (each.protected ? 0 : 1);
  return [...deleted, ...others].sort((a, b) => rank(a) - rank(b) || (a.urn < b.urn ? -1 : 1));
}

function byUrn(resources: readonly Resource[]): ReadonlyMap<string, Resource> {
  return new Map(resources.filter(({ custom }) => custom).map((resource) => [resource.urn, resource]));
}

function change(kind: Change["kind"], { urn, type, protect }: Resource, inputs: readonly string[] = []): Change {
  return { kind, urn, type, protected: protect, inputs };
}

function differing(before: Resource["inputs"], after: Resource["inputs"]): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .sort();
}
