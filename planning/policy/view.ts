import { StackView, type StackSubject } from "../../policy/subject";
import { Values } from "../../policy/values";
import type { Judged } from "../record";

/** Resources of a plan or state, as policies see them. */
export function viewOf(resources: readonly Judged[]): StackView {
  const subjects = new Map<string, StackSubject>();
  for (const { urn, type, name, parent, dependsOn, protect, retainOnDelete, inputs, references } of resources) {
    subjects.set(urn, {
      urn,
      type,
      name,
      parent,
      dependsOn,
      protect,
      retain: retainOnDelete,
      values: Values.of(inputs, urn),
      references: (property) => (references[property] ?? []).flatMap((target) => subjects.get(target) ?? []),
    });
  }
  return new StackView([...subjects.values()]);
}
