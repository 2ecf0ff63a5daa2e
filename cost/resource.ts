/** A cloud resource as far as its price depends on it, planned or in a state. */
export interface PricedResource {
  readonly type: string;
  readonly name: string;
  /** Empty while it isn't known. */
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Planned resources; components are nobody's bill. */
export function fromPlan(resources: readonly (PricedResource & { readonly custom: boolean })[]): PricedResource[] {
  return resources.filter(({ custom }) => custom).map(({ type, name, id, inputs }) => ({ type, name, id, inputs }));
}

/** What `pulumi stack export` prints. Throws where it is something else. */
export function fromState(text: string): PricedResource[] {
  const state = JSON.parse(text) as { deployment?: { resources?: readonly StateResource[] } };
  const resources = state.deployment?.resources;
  if (resources === undefined) {
    throw new Error('no deployment.resources in it; "pulumi stack export" makes such a file');
  }
  return resources
    .filter(({ custom }) => custom === true)
    .map(({ urn, type, id = "", inputs = {} }) => ({ type, name: urn.split("::").at(-1)!, id, inputs }));
}

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly custom?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** A property by its path; undefined where there is none. */
export function at(inputs: Readonly<Record<string, unknown>>, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((part, name) => (part as Readonly<Record<string, unknown>> | undefined)?.[name], inputs);
}

/** A text; `otherwise` where there is none. */
export function textAt(inputs: Readonly<Record<string, unknown>>, path: string, otherwise = ""): string {
  const value = at(inputs, path);
  return typeof value === "string" ? value : otherwise;
}

/** A number, also where it is written as text. */
export function numberAt(inputs: Readonly<Record<string, unknown>>, path: string): number | undefined {
  const value = Number(at(inputs, path) ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

/** The service that a resource says it is of: AWS' tags, Google's labels. What is of none is the stack's own. */
export function serviceOf({ inputs, name }: PricedResource): string {
  const { tags, labels } = inputs as {
    tags?: Readonly<Record<string, string>> | readonly { readonly key: string; readonly value: string }[];
    labels?: Readonly<Record<string, string>>;
  };
  const tagged = Array.isArray(tags)
    ? (tags as readonly { key: string; value: string }[]).find(({ key }) => key === "Service")?.value
    : (tags as Readonly<Record<string, string>> | undefined)?.Service;
  const service = tagged ?? labels?.service ?? /^(api|timescaledb|neo4j|redis)\b/.exec(name)?.[1];
  return service?.replace(/_/g, "+") ?? "stack";
}
