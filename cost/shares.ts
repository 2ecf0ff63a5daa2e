import type { StackPlan } from "../stacks/plan";
import type { Line, Owner } from "./line";

/** Of each shared machine, by resource name: what part each service holds. */
export type Shares = ReadonlyMap<string, ReadonlyMap<Owner, number>>;

/** Parts of a plan's shared nodes by the memory that its roles were promised: memory decides how large a node must be. */
export function sharesOf(plan: StackPlan): Shares {
  return new Map(
    plan.nodes.map(({ name, roles }) => {
      const memory = new Map<Owner, number>();
      roles.forEach(({ role }) => memory.set(role.service, (memory.get(role.service) ?? 0) + role.needs.memGiB));
      return [name, memory] as const;
    }),
  );
}

/** A line's cents by owner: whole cents that add up to the line's. */
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
