import { budgetProblems } from "../../cost/budget";
import { estimate } from "../../cost/estimate";
import { priceBook } from "../../cost/prices/book";
import type { CloudResource } from "../../cost/resource";
import { usageOf } from "../../cost/usage";
import { CLOUDS, type Cloud } from "../../components/model/cloud";
import { TIERS } from "../../stacks/tiers";
import { stackTier } from "../context";
import { stackRule, type Rule } from "../rule";
import type { StackResource, StackView } from "../subject";

/** Placeholder for a value that is known only after deployment. */
const NOT_KNOWN = "(known after deployment)";

const WITHIN = stackRule({
  name: "budget-monthly",
  description: "The stack's monthly list price, at its tier's assumed load, is within its budget.",
  why: "A bill arrives a month late; the price of a stack is known before it is deployed.",
  severity: "high",
  ids: [],
  fix: "`npm run cost` lists the largest savings. Otherwise set another `budgetUsd`.",
  judge: (stack, context) => {
    const tier = stackTier(stack, context);
    if (tier === undefined) {
      return [];
    }
    return cloudsOf(stack).flatMap((cloud) => {
      const budgetUsd = context.budgetUsd ?? TIERS[tier].budgetUsd[cloud];
      const priced = estimate(resourcesOf(stack), { book: priceBook(cloud), usage: usageOf(tier) });
      return budgetProblems(priced, Math.round(budgetUsd * 100)).map((message) => ({ message }));
    });
  },
});

/** Rules on cost. */
export const BUDGET_RULES: readonly Rule[] = [WITHIN];

function cloudsOf(stack: StackView): Cloud[] {
  return CLOUDS.filter((cloud) => stack.all.some(({ type }) => type.startsWith(`${cloud}:`)));
}

/** The resources that may cost something: not components or providers. */
function resourcesOf(stack: StackView): CloudResource[] {
  return stack.all.filter(({ type }) => !/^(ape|pulumi):/.test(type)).map(resourceOf);
}

/** Reads the inputs lazily: most resources are free. */
function resourceOf({ urn, type, name, parent, values, dependsOn }: StackResource): CloudResource {
  let inputs: CloudResource["inputs"] | undefined;
  return {
    urn,
    type,
    name,
    parent,
    dependsOn,
    outputs: {},
    get inputs() {
      return (inputs ??= values.plain(NOT_KNOWN));
    },
  };
}
