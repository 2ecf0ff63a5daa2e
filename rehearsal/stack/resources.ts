import { createHash } from "node:crypto";
import type { Recorded } from "../../planning/record";

/** A resource that exists in a cloud, or that a plan would create. */
export type Resource = Pick<Recorded, "type" | "name" | "id" | "inputs">;

/** Resources by their type, in the order of their creation. */
export class Resources {
  constructor(private readonly all: readonly Resource[]) {}

  /** Every resource of a type. */
  of<T>(type: string): Planned<T>[] {
    return this.all
      .filter((resource) => resource.type === type)
      .map(({ name, id, inputs }) => ({ name, id, inputs: inputs as unknown as T }));
  }

  /** The newest resource of a type: while one is replaced, both exist. */
  newest<T>(type: string): Planned<T> | undefined {
    return this.of<T>(type).at(-1);
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

/** Instance id of a host in a scaling group: another one for every version of what the group launches. */
export function memberInstance(group: string, index: number, launched: unknown): string {
  return `i-${digest(JSON.stringify([group, index, launched])).slice(0, 17)}`;
}

/** An instance's number on Google Cloud. */
export function numericId(id: string): string {
  return String(BigInt(`0x${digest(id).slice(0, 15)}`));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Host part of the first address, above those reserved by the clouds. */
const FIRST_MEMBER_HOST = 16;
