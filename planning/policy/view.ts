import { StackView, type StackResource } from "../../policy/subject";
import { ResourceValues } from "../../policy/values";
import type { Judged } from "../record";

/** Values by resource. Plans that differ in one resource share those of the others. */
const VALUES = new WeakMap<Judged, ResourceValues>();

function valuesOf(resource: Judged): ResourceValues {
  const values = VALUES.get(resource) ?? ResourceValues.of(resource.inputs, resource.urn);
  VALUES.set(resource, values);
  return values;
}

/** Resources of a plan or state, as policies see them. */
export function viewOf(resources: readonly Judged[]): StackView {
  const subjects = new Map<string, StackResource>();
  for (const resource of resources) {
    const { urn, type, name, parent, dependsOn, protect, retainOnDelete, references } = resource;
    subjects.set(urn, {
      urn,
      type,
      name,
      parent,
      dependsOn,
      protect,
      retain: retainOnDelete,
      values: valuesOf(resource),
      references: (property) => (references[property] ?? []).flatMap((target) => subjects.get(target) ?? []),
    });
  }
  return new StackView([...subjects.values()]);
}
