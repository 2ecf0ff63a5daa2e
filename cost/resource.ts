/** A cloud resource as the estimator reads it: planned, or taken from an exported state. */
export interface CloudResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Properties set by the cloud. Empty for planned resources. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** URNs of the resources that its inputs derive from. */
  readonly dependsOn: readonly string[];
}

/** A resource in a plan. */
type Planned = Pick<CloudResource, "urn" | "type" | "name" | "parent" | "inputs" | "dependsOn"> & {
  readonly custom: boolean;
};

/** The cloud resources of a plan, without components. */
export function plannedResources(resources: readonly Planned[]): CloudResource[] {
  return resources.filter(({ custom }) => custom).map((resource) => ({ ...resource, outputs: {} }));
}

/** A number, or text that contains one, at a path like "rootBlockDevice.volumeSize". */
export function numberAt(resource: CloudResource, path: string): number | undefined {
  const value = valueAt(resource, path);
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** A text at a path like "bootDisk.initializeParams.type". */
export function textAt(resource: CloudResource, path: string): string | undefined {
  const value = valueAt(resource, path);
  return typeof value === "string" ? value : undefined;
}

/** A list at a path; empty if there is none or if it is not known before deployment. */
export function listAt<T = unknown>(resource: CloudResource, path: string): readonly T[] {
  const value = valueAt(resource, path);
  return Array.isArray(value) ? (value as readonly T[]) : [];
}

/** The value at a path of the inputs, otherwise of the outputs, which contain the cloud's defaults. */
export function valueAt({ inputs, outputs }: CloudResource, path: string): unknown {
  return walk(inputs, path) ?? walk(outputs, path);
}

function walk(from: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], from ?? undefined);
}
