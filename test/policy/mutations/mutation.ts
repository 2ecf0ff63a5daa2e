import type { Judged } from "../../../planning/record";

/** One property of a clean plan broken, and the rules that say so: the one meant for it, and no other. */
export interface Mutation {
  readonly rule: string;
  readonly what: string;
  /** Config that the stack has for it, beyond the cell's. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** The plan broken; undefined: nothing there to break. */
  readonly apply: (resources: readonly Judged[]) => readonly Judged[] | undefined;
  /** The property broken at one resource: with an unknown value there the rule must not pass. */
  readonly at?: { readonly type: string; readonly path: string; readonly where: (resource: Judged) => boolean };
  /** Whether the pack knows the resources only, and no config. */
  readonly withoutConfig?: boolean;
  /** Whether a value that is not known yet is as good as any: a reference to another resource. */
  readonly reference?: boolean;
}

type Where = (resource: Judged) => boolean;

/** Sets a property, by dotted path, of the first resource of a type; undefined removes it. */
export function set(
  rule: string,
  type: string,
  path: string,
  value: unknown,
  {
    where = () => true,
    reference = false,
    values,
  }: { where?: Where; reference?: boolean; values?: Mutation["values"] } = {},
): Mutation {
  return {
    rule,
    what: `${type.split(":").at(-1)}.${path} = ${value === undefined ? "(nothing)" : JSON.stringify(value).slice(0, 60)}`,
    ...(values === undefined ? {} : { values }),
    apply: (resources) => onFirst(resources, type, where, (resource) => withInput(resource, path, value)),
    at: { type, path, where },
    reference,
  };
}

/** Changes the first resource of a type as a whole. */
export function change(
  rule: string,
  type: string,
  what: string,
  how: (resource: Judged) => Judged,
  where: Where = () => true,
): Mutation {
  return { rule, what: `${type.split(":").at(-1)}: ${what}`, apply: (all) => onFirst(all, type, where, how) };
}

/** Changes a plan as a whole. */
export function replan(rule: string, what: string, apply: Mutation["apply"]): Mutation {
  return { rule, what, apply };
}

/** Takes all resources of a type away. */
export function without(rule: string, type: string): Mutation {
  return {
    rule,
    what: `no ${type.split(":").at(-1)}`,
    apply: (resources) =>
      resources.some((each) => each.type === type) ? resources.filter((each) => each.type !== type) : undefined,
  };
}

/** Adds a resource that the program makes none of, on the cloud of its type. */
export function add(
  rule: string,
  type: string,
  inputs: Readonly<Record<string, unknown>>,
  more: Partial<Judged> = {},
): Mutation {
  return {
    rule,
    what: `with ${type.split(":").at(-1)} ${JSON.stringify(inputs).slice(0, 60)}`,
    apply: (resources) =>
      isOn(resources, type) ? [...resources, resourceOf(resources, type, inputs, more)] : undefined,
  };
}

/** A resource added to those of a plan, with the same labels. */
function resourceOf(
  resources: readonly Judged[],
  type: string,
  inputs: Readonly<Record<string, unknown>>,
  more: Partial<Judged> = {},
): Judged {
  const labels = type.startsWith("aws:")
    ? { tags: resources.find((each) => each.type === "aws:ec2/vpc:Vpc")!.inputs.tags }
    : { labels: resources.find((each) => each.type === "gcp:compute/disk:Disk")?.inputs.labels };
  return {
    urn: `urn:pulumi:test::ape-deploy::${type}::added`,
    type,
    name: "added",
    parent: "",
    dependsOn: [],
    protect: false,
    retainOnDelete: false,
    references: {},
    inputs: { ...labels, ...inputs },
    ...more,
  };
}

function isOn(resources: readonly Judged[], type: string): boolean {
  const cloud = type.startsWith("gcp:") ? "gcp:" : "aws:";
  return resources.some((each) => each.type.startsWith(cloud));
}

function onFirst(
  resources: readonly Judged[],
  type: string,
  where: Where,
  how: (resource: Judged) => Judged,
): readonly Judged[] | undefined {
  const index = resources.findIndex((each) => each.type === type && where(each));
  return index === -1 ? undefined : resources.map((each, place) => (place === index ? how(each) : each));
}

/** A resource with one input set, or removed. Lists are led into by number. */
export function withInput(resource: Judged, path: string, value: unknown): Judged {
  const inputs = structuredClone(resource.inputs) as Record<string, unknown>;
  const names = path.split("|").length > 1 ? path.split("|") : path.split(".");
  const last = names.pop()!;
  let target: Record<string, unknown> = inputs;
  for (const name of names) {
    target[name] ??= {};
    target = target[name] as Record<string, unknown>;
  }
  if (value === undefined) {
    delete target[last];
  } else {
    target[last] = value;
  }
  // A value that was written down comes from no other resource any more.
  const others = Object.entries(resource.references).filter(([name]) => name !== last);
  return { ...resource, inputs, references: names.length === 0 ? Object.fromEntries(others) : resource.references };
}
