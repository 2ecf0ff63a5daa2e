import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";

/** A command to time as a whole process. */
export interface Subject {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Wall-clock seconds of each run, in order. */
export interface Measured extends Subject {
  readonly seconds: readonly number[];
}

/** Times subjects in turn, A B C A B C, so that a slower machine affects all of them. The first round is a warm-up. */
export function measure(subjects: readonly Subject[], rounds: number, progress: (text: string) => void): Measured[] {
  const seconds = subjects.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    subjects.forEach((subject, index) => {
      progress(`round ${round} of ${rounds}: ${subject.name}`);
      const start = performance.now();
      const [program, ...args] = subject.command as [string, ...string[]];
      const { status, stderr } = spawnSync(program, args, { env: { ...process.env, ...subject.env } });
      if (status !== 0) {
        throw new Error(`${subject.name} failed: ${stderr.toString()}`);
      }
      if (round > 0) {
        seconds[index]!.push((performance.now() - start) / 1000);
      }
    });
  }
  return subjects.map((subject, index) => ({ ...subject, seconds: seconds[index]! }));
}

/** The median of several values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median over the rounds of a subject's time relative to another's. */
export function ratio(subject: Measured, base: Measured): number {
  return median(subject.seconds.map((value, round) => value / base.seconds[round]!));
}

/** A renamed resource of a copied stack. */
export function copyOf<
  T extends { readonly urn: string; readonly parent: string; readonly dependsOn: readonly string[] },
>(resource: T, copy: string): T {
  return {
    ...resource,
    urn: resource.urn + copy,
    parent: resource.parent + copy,
    dependsOn: resource.dependsOn.map((urn) => urn + copy),
  };
}
