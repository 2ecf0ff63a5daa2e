import Table from "cli-table3";
import type { DrillRecord } from "../../rehearsal/drills/run";

/** A drill's figures, for people. */
export function report(
  { drill, stack, cloud, seconds, scenarios }: DrillRecord,
  { bold }: Record<"bold", (text: string) => string>,
): string {
  const parts = scenarios.map(({ scenario, measured, violations }) => {
    const table = new Table({ style: { head: [], border: [], compact: true } });
    table.push(...Object.entries(measured).map(([name, value]) => [name, String(value)]));
    return [bold(scenario), table.toString(), ...violations.map((violation) => `did not hold: ${violation}`)].join(
      "\n",
    );
  });
  return `${[bold(`${drill}, ${stack} on ${cloud}, ${seconds} s`), ...parts].join("\n")}\n`;
}
