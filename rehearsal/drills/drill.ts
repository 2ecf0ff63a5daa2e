import type { Service } from "../../components/model/role";
import type { Rehearsal } from "../rehearsal";

/** Something that goes wrong on purpose, measured on a stack's own nodes. */
export interface Drill {
  readonly name: string;
  readonly description: string;
  /** Services whose nodes it needs. */
  readonly services: readonly Service[];
  /** Config on top of the stack's that it takes to run here. Default: none. */
  readonly settings?: readonly string[];
  /** Runs it. Every figure of the result is measured; `passed` says whether what must hold held. */
  run(rehearsal: Rehearsal, progress: (text: string) => void): Promise<DrillResult>;
}

/** What a drill found. */
export interface DrillResult {
  readonly scenarios: readonly Scenario[];
}

/** One thing that went wrong, and what came of it. */
export interface Scenario {
  readonly scenario: string;
  /** Figures by name; the unit is part of the name. */
  readonly measured: Readonly<Record<string, number | string | boolean>>;
  /** What had to hold and didn't; empty when all did. */
  readonly violations: readonly string[];
}

/** Figures as a violation when a condition doesn't hold. */
export function expect(holds: boolean, otherwise: string): string[] {
  return holds ? [] : [otherwise];
}
