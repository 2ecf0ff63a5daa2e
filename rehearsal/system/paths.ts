import { join } from "node:path";

/** Cached between runs because it is slow to build: the base root, packages, moto. */
export const CACHE = "/var/cache/ape-rehearsal";
/** Running rehearsals, one directory per stack. Removed by `down`. */
export const STATE = "/var/lib/ape-rehearsal";

/** Where a running rehearsal stores all its state. */
export function stateOf(stack: string): string {
  return join(STATE, stack);
}
