import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Substitutes } from "../stack/substitutes";

const ROOT = resolve(__dirname, "..", "..");
const PROGRAM = join(ROOT, "rehearsal", "stack", "program.ts");

/** A Pulumi project in a directory of a rehearsal. */
export interface RehearsedProject {
  /** Directory for `pulumi --cwd`. */
  readonly directory: string;
  /** Environment variables for its program. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Writes a Pulumi project with the same name, config and program, except that substitutes replace software that is not freely available. */
export function rehearsedProject(state: string, substitutes: Substitutes): RehearsedProject {
  const directory = join(state, "project");
  const description = join(directory, "substitutes.json");
  mkdirSync(directory, { recursive: true });
  writeFileSync(description, JSON.stringify(substitutes));
  const project = readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")
    .replace(/^name: .*$/m, `$&\nmain: ${PROGRAM}`)
    .replace(/^( +tsconfig: ).*$/m, `$1${join(ROOT, "tsconfig.json")}`);
  writeFileSync(join(directory, "Pulumi.yaml"), project);
  return { directory, environment: { APE_REHEARSAL_SUBSTITUTES: description } };
}
