import type { ResourceValues } from "./values";

/** A resource as a policy sees it, from the engine, a plan or an exported state. */
export interface ResourceView {
  readonly urn: string;
  /** Type token, for example "aws:ec2/instance:Instance". */
  readonly type: string;
  readonly name: string;
  readonly values: ResourceValues;
  /** Whether Pulumi protects it from deletion. */
  readonly protect: boolean;
  /** Whether it is retained in the cloud when removed from the stack. Undefined if unknown: the engine does not pass it to policies. */
  readonly retain?: boolean;
}

/** A resource with its relations to others. */
export interface StackResource extends ResourceView {
  /** The resources that a property's value derives from. */
  readonly references: (property: string) => readonly StackResource[];
  /** URN of the parent resource. Empty if there is none. */
  readonly parent: string;
  /** URNs of the resources that it depends on. */
  readonly dependsOn: readonly string[];
}

/** Every resource of a stack. */
export class StackView {
  private readonly byType = new Map<string, StackResource[]>();
  private readonly referrers = new Map<string, Map<StackResource | string, StackResource[]>>();

  constructor(readonly all: readonly StackResource[]) {
    all.forEach((subject) => append(this.byType, subject.type, subject));
  }

  of(...types: readonly string[]): StackResource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** The resources of a type whose property refers to a resource, or contains its name. */
  referring(type: string, property: string, to: StackResource, name?: string): StackResource[] {
    const index = this.indexOf(type, property);
    return [...new Set([...(index.get(to) ?? []), ...(name === undefined ? [] : (index.get(name) ?? []))])];
  }

  /** Index per type and property, built once: without it rules would take quadratic time. */
  private indexOf(type: string, property: string): ReadonlyMap<StackResource | string, readonly StackResource[]> {
    const key = `${type} ${property}`;
    const known = this.referrers.get(key);
    if (known !== undefined) {
      return known;
    }
    const index = new Map<StackResource | string, StackResource[]>();
    for (const subject of this.of(type)) {
      const references = subject.references(property);
      const targets = references.length > 0 ? references : subject.values.strings(property);
      targets.forEach((target) => append(index, target, subject));
    }
    this.referrers.set(key, index);
    return index;
  }
}

function append<K>(map: Map<K, StackResource[]>, key: K, subject: StackResource): void {
  const known = map.get(key);
  if (known === undefined) {
    map.set(key, [subject]);
  } else {
    known.push(subject);
  }
}
