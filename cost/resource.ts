/** A cloud resource as the estimator reads it: planned, or taken from an exported state. */
export interface CloudResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What the cloud added; empty when planned. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** URNs of the resources that its inputs come from. */
  readonly dependsOn: readonly string[];
}

/** What a plan says of a resource. */
type Planned = Pick<CloudResource, "urn" | "type" | "name" | "parent" | "inputs" | "dependsOn"> & {
  readonly custom: boolean;
};

/** The cloud resources of a plan; components cost nothing. */
export function plannedResources(resources: readonly Planned[]): CloudResource[] {
  return resources.filter(({ custom }) => custom).map((resource) => ({ ...resource, outputs: {} }));
}

/** An exported state can't be read. */
export class StateError extends Error {}

interface StateResource {
  readonly urn?: unknown;
  readonly type?: unknown;
  readonly custom?: unknown;
  readonly delete?: unknown;
  readonly external?: unknown;
  readonly parent?: unknown;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
  readonly dependencies?: unknown;
}

/** State format that is read; Pulumi has written it since 2019. */
const STATE_VERSION = 3;

/**
 * The resources of what `pulumi stack export` prints. Left out: components, what is only looked up, and what waits for its
 * deletion after a replacement, which is on the next bill no more.
 */
export function stateResources(state: unknown): CloudResource[] {
  const { version, deployment } = (state ?? {}) as { version?: unknown; deployment?: { resources?: unknown } };
  if (version !== STATE_VERSION || !deployment || !Array.isArray(deployment.resources ?? [])) {
    throw new StateError(
      `not a state of version ${STATE_VERSION}, but ${JSON.stringify(version) ?? "none"}: write one with "pulumi stack export --file state.json"`,
    );
  }
  return ((deployment.resources ?? []) as StateResource[])
    .filter(({ custom, delete: doomed, external }) => custom === true && doomed !== true && external !== true)
    .map((resource, index) => {
      if (typeof resource.urn !== "string" || typeof resource.type !== "string") {
        throw new StateError(`deployment.resources[${index}] has no urn or type`);
      }
      return {
        urn: resource.urn,
        type: resource.type,
        name: resource.urn.split("::").at(-1)!,
        parent: typeof resource.parent === "string" ? resource.parent : "",
        inputs: record(resource.inputs),
        outputs: record(resource.outputs),
        dependsOn: Array.isArray(resource.dependencies) ? (resource.dependencies as string[]) : [],
      };
    });
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A number among inputs, which a provider may have as a string, at a path like "rootBlockDevice.volumeSize". */
export function numberAt(resource: CloudResource, path: string): number | undefined {
  const value = valueAt(resource, path);
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** A text among inputs, at a path like "bootDisk.initializeParams.type". */
export function textAt(resource: CloudResource, path: string): string | undefined {
  const value = valueAt(resource, path);
  return typeof value === "string" ? value : undefined;
}

/** A list among inputs; empty where there is none, or where it isn't known before deployment. */
export function listAt<T = unknown>(resource: CloudResource, path: string): readonly T[] {
  const value = valueAt(resource, path);
  return Array.isArray(value) ? (value as readonly T[]) : [];
}

/** What stands at a path of the inputs, or else of the outputs, where the cloud's defaults are. */
export function valueAt({ inputs, outputs }: CloudResource, path: string): unknown {
  return walk(inputs, path) ?? walk(outputs, path);
}

function walk(from: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], from ?? undefined);
}
