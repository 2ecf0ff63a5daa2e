import { join } from "node:path";

/** What is slow to make and worth keeping between runs: the base root, packages, moto. */
export const CACHE = "/var/cache/ape-rehearsal";
/** Running rehearsals, one folder a stack; gone after `down`. */
export const STATE = "/var/lib/ape-rehearsal";

/** Where a running rehearsal keeps all that it made. */
export function stateOf(stack: string): string {
  return join(STATE, stack);
}
