import { UsageError } from "../stack-file";

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Seconds of a duration such as "90s", "10m" or "1h". Throws UsageError. */
export function durationSeconds(text: string, option: string): number {
  const [, number, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) {
    throw new UsageError(`${option} ${text}: expected seconds, minutes or hours, for example ${option} 10m`);
  }
  return Number(number) * SECONDS[unit]!;
}
