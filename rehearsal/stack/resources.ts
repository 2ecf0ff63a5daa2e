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

  /** The one of a type that a reference means; throws when the plan doesn't hold it. */
  one<T>(type: string, matches: (resource: Planned<T>) => boolean): Planned<T> {
    const found = this.of<T>(type).find(matches);
    if (found === undefined) {
      throw new Error(`the plan refers to a ${type} that it does not hold`);
    }
    return found;
  }
}

export interface Planned<T> {
  readonly name: string;
  readonly id: string;
  readonly inputs: T;
}

/** The address of a host that a scaling group starts: the cloud would choose it, here it follows from its number. */
export function memberAddress(cidr: string, zone: number): string {
  const [a, b, c] = cidr.split(".");
  return `${a}.${b}.${c}.${FIRST_MEMBER_HOST + zone}`;
}

/** Clear of what clouds keep for themselves and of the gateway. */
const FIRST_MEMBER_HOST = 16;
