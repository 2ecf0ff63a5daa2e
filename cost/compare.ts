import type { Owner } from "./line";
import { OWNERS, serviceCents, type MachineCount, type Summary } from "./summary";

/** The change in one service's price. */
export interface ServiceChange {
  readonly service: Owner;
  readonly fromCents: number;
  readonly toCents: number;
}

/** The change in the machines that run the same services. */
export interface MachineChange {
  readonly services: string;
  /** "2 x t3a.large, on-demand"; "none" if there were none. */
  readonly from: string;
  readonly to: string;
}

/** Two prices side by side. */
export interface Comparison {
  readonly from: Summary;
  readonly to: Summary;
  /** Every service, changed or not; adds up to both totals. */
  readonly services: readonly ServiceChange[];
  readonly machines: readonly MachineChange[];
}

/** Compares two prices. */
export function compare(from: Summary, to: Summary): Comparison {
  const groups = [...new Set([...Object.keys(from.machines), ...Object.keys(to.machines)])].sort();
  return {
    from,
    to,
    services: OWNERS.map((service) => ({
      service,
      fromCents: serviceCents(from, service),
      toCents: serviceCents(to, service),
    })),
    machines: groups
      .map((services) => ({ services, from: named(from.machines[services]), to: named(to.machines[services]) }))
      .filter((change) => change.from !== change.to),
  };
}

function named(machines: readonly MachineCount[] = []): string {
  return machines.length === 0 ? "none" : machines.map(({ item, count }) => `${count} x ${item}`).join(", ");
}
