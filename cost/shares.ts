import type { StackPlan } from "../stacks/plan";
import type { Line, Owner } from "./line";

/** Each service's share of each machine, by resource name. */
export type Shares = ReadonlyMap<string, ReadonlyMap<Owner, number>>;

/** Shares of a plan's nodes by the memory that their roles reserve: memory decides a node's size. */
export function sharesOf(plan: StackPlan): Shares {
  return new Map(
    plan.nodes.map(({ name, roles }) => {
      const memory = new Map<Owner, number>();
      roles.forEach(({ role }) => memory.set(role.service, (memory.get(role.service) ?? 0) + role.needs.memGiB));
      return [name, memory] as const;
    }),
  );
}

/** A line's cents by owner, in whole cents that add up to the line's total. */
export function divide(line: Line, shares: Shares): ReadonlyMap<Owner, number> {
  const known = shares.get(line.resource);
  const weights = line.owners.map((owner) => ({
    owner,
    weight: line.owners.length === 1 ? 1 : (known?.get(owner) ?? 1),
  }));
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  const parts = weights.map(({ owner, weight }) => {
    const exact = (line.cents * weight) / total;
    return { owner, cents: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  const missing = line.cents - parts.reduce((sum, { cents }) => sum + cents, 0);
  const first = [...parts].sort((a, b) => b.rest - a.rest || (a.owner < b.owner ? -1 : 1)).slice(0, missing);
  return new Map(parts.map((part) => [part.owner, part.cents + (first.includes(part) ? 1 : 0)]));
}
