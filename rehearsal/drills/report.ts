import Table from "cli-table3";
import type { Palette } from "../../planning/palette";
import type { DrillRecord } from "./run";

/** Labels of figures whose name is not enough. */
const LABELS: Readonly<Record<string, string>> = {
  failedWithoutRepetition: "LB errors (5xx of the load balancer)",
};

/** A drill's figures as text. */
export function report(
  { drill, stack, cloud, seconds, scenarios }: DrillRecord,
  { bold }: Pick<Palette, "bold">,
): string {
  const parts = scenarios.map(({ scenario, measured, violations }) => {
    const table = new Table({ style: { head: [], border: [], compact: true } });
    table.push(...Object.entries(measured).map(([name, value]) => [labelOf(name), String(value)]));
    return [bold(scenario), table.toString(), ...violations.map((violation) => `violation: ${violation}`)].join("\n");
  });
  return `${[bold(`${drill}, ${stack} on ${cloud}, ${seconds} s`), ...parts].join("\n")}\n`;
}

/** For example "acknowledged lost" for acknowledgedLost. */
function labelOf(name: string): string {
  return LABELS[name] ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
