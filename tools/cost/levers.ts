import { DoesNotFitError } from "../../components/node/placement";
import { purchaseOptions } from "../../cost/purchase";
import type { Estimate } from "../../cost/estimate";
import { exactly } from "../../cost/money";
import { usageOf, type Usage } from "../../cost/usage";
import { ConfigError } from "../../stacks/config";
import type { StackPlan } from "../../stacks/plan";
import { TIER_NAMES } from "../../stacks/tiers";
import { planFrom } from "../plan/plan";
import { bookOf, costOf, type Assumptions } from "./stack";

/** Something that would save money, and what it would cost otherwise. */
export interface Lever {
  readonly change: string;
  readonly savedUsd: number;
  readonly risk: string;
}

interface Alternative {
  readonly settings: readonly string[];
  readonly risk: string;
}

/** Changes of a stack's config that may save something. */
function alternatives({ spec }: StackPlan): Alternative[] {
  const smaller = TIER_NAMES[TIER_NAMES.indexOf(spec.tier) - 1];
  return [
    { settings: ["placement=packed"], risk: "services share nodes: one that is lost takes a member of each with it" },
    {
      settings: ["nat=one"],
      risk: "with its zone the others lose their way out, and no node can be made anew meanwhile",
    },
    {
      settings: ["neo4jEdition=community", "overrides.neo4j.members=1"],
      risk: "the graph stands still while its only node is replaced, and every night for its dump",
    },
    {
      settings: ["highAvailability=false", "overrides.neo4j.members=1"],
      risk: "nothing takes over: a lost node is an outage until it is replaced",
    },
    ...(smaller === undefined
      ? []
      : [{ settings: [`tier=${smaller}`], risk: "less memory, fewer workers: made for a tenth of the queries" }]),
  ];
}

/** The changes that save most, largest first. */
export async function levers(
  stack: string,
  settings: readonly string[],
  plan: StackPlan,
  base: Estimate,
  assumptions: Assumptions,
): Promise<Lever[]> {
  const found: Lever[] = [];
  for (const { settings: change, risk } of alternatives(plan)) {
    const other = tried(() => planFrom(stack, [...settings, ...change]));
    if (other !== undefined) {
      const { monthlyUsd } = await costOf(other, {
        ...assumptions,
        usage: { ...usageAsNow(plan), ...assumptions.usage },
      });
      found.push({ change: change.join(", "), savedUsd: exactly(base.monthlyUsd - monthlyUsd), risk });
    }
  }
  const committed = purchaseOptions(base, plan.spec.cloud, bookOf(assumptions)).find(({ option }) =>
    option.includes("1 year"),
  )!;
  found.push({
    change: committed.option,
    savedUsd: exactly(base.monthlyUsd - committed.monthlyUsd),
    risk: `paid for a year, needed or not; ${committed.note}`,
  });
  return found.filter(({ savedUsd }) => savedUsd >= 1).sort((a, b) => b.savedUsd - a.savedUsd);
}

/** A smaller tier would not make the load smaller. */
function usageAsNow({ spec }: StackPlan): Usage {
  return usageOf(spec.tier);
}

/** A plan, where the config allows it. */
function tried(plan: () => StackPlan): StackPlan | undefined {
  try {
    return plan();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DoesNotFitError) {
      return undefined;
    }
    throw error;
  }
}
