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

/** In the place of a value that only the deployment knows. */
const NOT_KNOWN = "(known after deployment)";

const WITHIN = stackRule({
  name: "budget-monthly",
  description: "The stack's price a month, on demand and with its tier's usual load, is within its budget.",
  why: "A bill is read a month late; what a stack will cost is known before it is made.",
  severity: "high",
  ids: [],
  fix: "`npm run cost` names the largest levers; or decide on another `budgetUsd`.",
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

/** What a stack may cost. */
export const BUDGET_RULES: readonly Rule[] = [WITHIN];

function cloudsOf(stack: StackView): Cloud[] {
  return CLOUDS.filter((cloud) => stack.all.some(({ type }) => type.startsWith(`${cloud}:`)));
}

/** Components and providers cost nothing, and no rule prices them. */
function resourcesOf(stack: StackView): CloudResource[] {
  return stack.all.filter(({ type }) => !/^(ape|pulumi):/.test(type)).map(resourceOf);
}

/** Its inputs are read once somebody asks for them: most resources are free. */
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
