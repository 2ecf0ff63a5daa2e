import { changesOf } from "./differences";
import { changedInputs, effectOf } from "./effects";
import type { Side } from "./side";

export const RESOURCE_ACTIONS = ["delete", "replace", "stop and start", "update", "create"] as const;
export type ResourceAction = (typeof RESOURCE_ACTIONS)[number];

/** Resources of one type that a change treats alike. */
export interface ResourceGroup {
  readonly action: ResourceAction;
  readonly type: string;
  readonly names: readonly string[];
  /** Names of those whose deletion the engine refuses. */
  readonly protected: readonly string[];
}

/**
 * The resources that differ between two plans, by action and type, most dangerous first. A resource whose only difference is
 * a value that the cloud assigns, such as the id of a replaced node, is not among them.
 */
export function resourceGroups(before: Side, after: Side): ResourceGroup[] {
  const old = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const current = new Map(after.resources.map((resource) => [resource.urn, resource]));
  const groups = new Map<string, { action: ResourceAction; type: string; names: string[]; protected: string[] }>();
  for (const { kind, urn, type, protected: isProtected } of changesOf(before.resources, after.resources)) {
    const paths = kind === "update" ? changedInputs(old.get(urn)!, current.get(urn)!) : [];
    if (kind === "update" && paths.length === 0) {
      continue;
    }
    const action = kind === "update" ? effectOf(type, paths) : kind;
    const key = `${RESOURCE_ACTIONS.indexOf(action)} ${type}`;
    const group = groups.get(key) ?? { action, type, names: [], protected: [] };
    const name = urn.split("::").at(-1)!;
    group.names.push(name);
    if (isProtected && (action === "delete" || action === "replace")) {
      group.protected.push(name);
    }
    groups.set(key, group);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}
