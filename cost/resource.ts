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
