import { StackView, type StackResource } from "../../policy/subject";
import { ResourceValues } from "../../policy/values";
import type { Judged } from "../record";

/** Resources of a plan or state, as policies see them. */
export function viewOf(resources: readonly Judged[]): StackView {
  const subjects = new Map<string, StackResource>();
  for (const { urn, type, name, parent, dependsOn, protect, retainOnDelete, inputs, references } of resources) {
    subjects.set(urn, {
      urn,
      type,
      name,
      parent,
      dependsOn,
      protect,
      retain: retainOnDelete,
      values: ResourceValues.of(inputs, urn),
      references: (property) => (references[property] ?? []).flatMap((target) => subjects.get(target) ?? []),
    });
  }
  return new StackView([...subjects.values()]);
}
