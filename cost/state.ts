import type { CloudResource } from "./resource";

/** An exported state can't be parsed. */
export class StateError extends Error {}

/** A resource as `pulumi stack export` writes it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  /** False for components, and for the stack itself. */
  readonly custom: boolean;
  readonly parent: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** URNs of the resources that it depends on. */
  readonly dependencies: readonly string[];
  /** URNs of the resources that each input derives from. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/** Supported state format; Pulumi's since 2019. */
const STATE_VERSION = 3;

/**
 * Parses the output of `pulumi stack export`. Omits external resources and those pending deletion after a replacement.
 * Throws StateError for anything else.
 */
export function readState(state: unknown): StateResource[] {
  const { version, deployment } = record(state) as { version?: unknown; deployment?: { resources?: unknown } };
  if (version !== STATE_VERSION || !deployment || !Array.isArray(deployment.resources ?? [])) {
    throw new StateError(
      `not a state of version ${STATE_VERSION} (version: ${JSON.stringify(version) ?? "none"}): create one with "pulumi stack export --file state.json"`,
    );
  }
  return ((deployment.resources ?? []) as unknown[])
    .map(record)
    .map((resource, index) => ({ resource, index }))
    .filter(({ resource }) => resource.delete !== true && resource.external !== true)
    .map(({ resource, index }) => stateResource(resource, index));
}

function stateResource(resource: Readonly<Record<string, unknown>>, index: number): StateResource {
  const { urn, type, parent, dependencies } = resource;
  if (typeof urn !== "string" || typeof type !== "string") {
    throw new StateError(`deployment.resources[${index}] has no urn or type`);
  }
  return {
    urn,
    type,
    custom: resource.custom === true,
    parent: typeof parent === "string" ? parent : "",
    protect: resource.protect === true,
    retainOnDelete: resource.retainOnDelete === true,
    inputs: record(resource.inputs),
    outputs: record(resource.outputs),
    dependencies: Array.isArray(dependencies) ? (dependencies as string[]) : [],
    propertyDependencies: record(resource.propertyDependencies) as Record<string, string[]>,
  };
}

/** The cloud resources of a state, without components. */
export function stateResources(state: unknown): CloudResource[] {
  return readState(state)
    .filter(({ custom }) => custom)
    .map(({ urn, type, parent, inputs, outputs, dependencies }) => ({
      urn,
      type,
      name: nameOf(urn),
      parent,
      inputs,
      outputs,
      dependsOn: dependencies,
    }));
}

/** A resource's name in the program: the end of its URN. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
