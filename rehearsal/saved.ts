import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Service } from "../components/model/role";
import type { Host, LocalStack } from "./stack/local-stack";

/** How a rehearsal was begun. */
export interface SavedRehearsal {
  readonly base: string;
  /** Services whose nodes are booted. Empty: all. */
  readonly services: readonly Service[];
}

/** Whether a rehearsal of these services boots a host. */
export function boots(host: Host, services: readonly Service[]): boolean {
  return host.starts && (services.length === 0 || host.services.some((each) => services.includes(each as Service)));
}

/** Stores the stack in one step: the stand-ins must never read half of it. */
export function saveStack(state: string, stack: LocalStack): void {
  const file = join(state, "stack.json");
  writeFileSync(`${file}.new`, JSON.stringify(stack), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
