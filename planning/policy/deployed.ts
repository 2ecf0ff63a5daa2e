import * as pulumi from "@pulumi/pulumi";
import { nameOf, readState, type StateResource } from "../../cost/state";
import { SECRET_SIGNATURE, SIGNATURE, STACK_TYPE, type Judged } from "../record";

/**
 * The resources of an exported state, as policies see them. Secrets exported in plain text are read. Encrypted secrets are
 * unknown values; a rule that needs one reports that it cannot be judged.
 */
export function deployedResources(state: unknown): Judged[] {
  return readState(state).map((resource) => ({
    urn: resource.urn,
    type: resource.type,
    name: nameOf(resource.urn),
    parent: resource.parent,
    dependsOn: resource.dependencies,
    protect: resource.protect,
    retainOnDelete: resource.retainOnDelete,
    inputs: readable(inputsOf(resource)) as Judged["inputs"],
    references: resource.propertyDependencies,
  }));
}

/** The name of the stack that a state belongs to. Undefined if the state has no resources. */
export function stackOf(resources: readonly Judged[]): string | undefined {
  return resources[0]?.urn.split("::")[0]?.replace(/^urn:pulumi:/, "");
}

/** Rules read the outputs of the stack resource as its inputs. */
function inputsOf({ type, inputs, outputs }: StateResource): StateResource["inputs"] {
  return type === STACK_TYPE ? outputs : inputs;
}

function readable(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(readable);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const object = value as Record<string, unknown>;
  if (object[SIGNATURE] === SECRET_SIGNATURE) {
    return typeof object.plaintext === "string" ? readable(JSON.parse(object.plaintext)) : pulumi.runtime.unknownValue;
  }
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, readable(inner)]));
}
