import type { Cloud } from "../components/model/cloud";
import { SERVICES } from "../components/model/role";
import { KINDS, type Estimate, type Kind, type Line, type Owner, type Unpriced } from "./line";
import { divide, type Shares } from "./shares";

export const OWNERS: readonly Owner[] = [...SERVICES, "stack"];

/** Count of machines of one type. */
export interface MachineCount {
  readonly item: string;
  readonly count: number;
}

/** The aggregated price of a stack: what `npm run cost -- --json` prints, and the baseline for later comparisons. */
export interface Summary {
  readonly version: 1;
  readonly stack: string;
  readonly cloud: Cloud;
  /** Human-readable: "t3, packed, highly available". */
  readonly what: string;
  readonly cents: number;
  readonly budgetCents: number;
  /** Cents by service and kind, with shared machines divided. Adds up to `cents`. */
  readonly services: Readonly<Record<Owner, Readonly<Partial<Record<Kind, number>>>>>;
  readonly kinds: Readonly<Partial<Record<Kind, number>>>;
  /** Machines by the services that they host. */
  readonly machines: Readonly<Record<string, readonly MachineCount[]>>;
  readonly unpriced: readonly Unpriced[];
}

export interface SummaryArgs {
  readonly stack: string;
  readonly cloud: Cloud;
  readonly what: string;
  readonly budgetCents: number;
  /** Default: equal shares. */
  readonly shares?: Shares;
}

/** Aggregates an estimate. */
export function summarize(estimate: Estimate, args: SummaryArgs): Summary {
  const { stack, cloud, what, budgetCents, shares = new Map() } = args;
  const services = Object.fromEntries(OWNERS.map((owner) => [owner, {}])) as Record<
    Owner,
    Partial<Record<Kind, number>>
  >;
  const kinds: Partial<Record<Kind, number>> = {};
  for (const line of estimate.lines) {
    kinds[line.kind] = (kinds[line.kind] ?? 0) + line.cents;
    divide(line, shares).forEach((cents, owner) => {
      services[owner][line.kind] = (services[owner][line.kind] ?? 0) + cents;
    });
  }
  return {
    version: 1,
    stack,
    cloud,
    what,
    cents: estimate.cents,
    budgetCents,
    services,
    kinds: Object.fromEntries(KINDS.filter((kind) => kind in kinds).map((kind) => [kind, kinds[kind]!])),
    machines: machinesOf(estimate.lines),
    unpriced: estimate.unpriced,
  };
}

/** A service's total in cents. */
export function serviceCents(summary: Pick<Summary, "services">, owner: Owner): number {
  return Object.values(summary.services[owner]).reduce((sum, cents) => sum + cents, 0);
}

/** The most expensive lines, descending; equal ones by name. */
export function largest(lines: readonly Line[], count: number): Line[] {
  return [...lines].sort((a, b) => b.cents - a.cents || (a.urn + a.item < b.urn + b.item ? -1 : 1)).slice(0, count);
}

function machinesOf(lines: readonly Line[]): Record<string, MachineCount[]> {
  const counts = new Map<string, Map<string, number>>();
  for (const { machine, owners, item, count } of lines) {
    if (machine !== undefined) {
      const group = owners.join("+");
      const items = counts.get(group) ?? counts.set(group, new Map()).get(group)!;
      items.set(item, (items.get(item) ?? 0) + count);
    }
  }
  return Object.fromEntries(
    [...counts].map(([group, items]) => [
      group,
      [...items]
        .map(([item, count]) => ({ item, count }))
        .sort((a, b) => (a.item < b.item ? -1 : a.item > b.item ? 1 : 0)),
    ]),
  );
}

/** Reasons why a value is not a valid summary. */
export function summaryProblems(value: unknown): string[] {
  const { version, cents, budgetCents, services, machines } = (value ?? {}) as Record<string, unknown>;
  return [
    ...(version === 1 ? [] : [`version ${JSON.stringify(version) ?? "missing"}, not 1`]),
    ...(typeof cents === "number" && typeof budgetCents === "number" ? [] : ["no sum or no budget"]),
    ...(typeof services === "object" && services !== null && OWNERS.every((owner) => owner in services)
      ? []
      : ["no prices by service"]),
    ...(typeof machines === "object" && machines !== null ? [] : ["no machines"]),
  ];
}
