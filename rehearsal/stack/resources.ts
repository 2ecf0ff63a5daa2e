import type { Recorded } from "../../planning/record";

/** Planned resources by their type. */
export class Resources {
  constructor(private readonly all: readonly Recorded[]) {}

  /** Every resource of a type. */
  of<T>(type: string): Planned<T>[] {
    return this.all
      .filter((resource) => resource.type === type)
      .map(({ name, id, inputs }) => ({ name, id, inputs: inputs as unknown as T }));
  }

  /** The resource that a reference means. Throws if the plan lacks it. */
  one<T>(type: string, matches: (resource: Planned<T>) => boolean): Planned<T> {
    const found = this.of<T>(type).find(matches);
    if (found === undefined) {
      throw new Error(`the plan refers to a ${type} that it does not contain`);
    }
    return found;
  }
}

export interface Planned<T> {
  readonly name: string;
  readonly id: string;
  readonly inputs: T;
}

/** Address of a host in a scaling group. The cloud would assign one; here it is derived from the zone's index. */
export function memberAddress(cidr: string, zone: number): string {
  const [a, b, c] = cidr.split(".");
  return `${a}.${b}.${c}.${FIRST_MEMBER_HOST + zone}`;
}

/** Host part of the first address, above those reserved by the clouds. */
const FIRST_MEMBER_HOST = 16;
