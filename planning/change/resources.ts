import { changedInputs, effectOf, isLabel } from "./effects";
import type { Side, SideResource } from "./side";

export const RESOURCE_ACTIONS = ["delete", "replace", "stop and start", "update", "update labels", "create"] as const;
export type ResourceAction = (typeof RESOURCE_ACTIONS)[number];

/** Resources of one type that a change treats alike. */
export interface ResourceGroup {
  readonly action: ResourceAction;
  /** Empty for `update labels`, which groups all types. */
  readonly type: string;
  readonly names: readonly string[];
  /** Names of those whose deletion the engine refuses. */
  readonly protected: readonly string[];
}

/**
 * The resources that differ between two plans, by action and type, most dangerous first. A resource that changes only because
 * another one is replaced, such as the attachment of a disk to a replaced node, is not among them.
 */
export function resourceGroups(before: Side, after: Side): ResourceGroup[] {
  const groups = new Map<string, { action: ResourceAction; type: string; names: string[]; protected: string[] }>();
  for (const { resource, action } of changed(before, after)) {
    const type = action === "update labels" ? "" : resource.type;
    const key = `${RESOURCE_ACTIONS.indexOf(action)} ${type}`;
    const group = groups.get(key) ?? { action, type, names: [], protected: [] };
    group.names.push(resource.name);
    if (resource.protect && (action === "delete" || action === "replace")) {
      group.protected.push(resource.name);
    }
    groups.set(key, group);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({ ...group, names: group.names.sort(), protected: group.protected.sort() }));
}

function changed(before: Side, after: Side): { readonly resource: SideResource; readonly action: ResourceAction }[] {
  const old = new Map(before.resources.filter(({ custom }) => custom).map((each) => [each.urn, each]));
  const current = new Map(after.resources.filter(({ custom }) => custom).map((each) => [each.urn, each]));
  const deleted = [...old.values()].filter(({ urn }) => !current.has(urn));
  const others = [...current.values()].flatMap((resource) => {
    const previous = old.get(resource.urn);
    const paths = previous === undefined ? [] : changedInputs(previous, resource);
    const action = previous === undefined ? ("create" as const) : updateOf(resource.type, paths);
    return previous !== undefined && paths.length === 0 ? [] : { resource, action };
  });
  return [...deleted.map((resource) => ({ resource, action: "delete" as const })), ...others];
}

function updateOf(type: string, paths: readonly string[]): ResourceAction {
  return paths.every(isLabel) ? "update labels" : effectOf(type, paths);
}
